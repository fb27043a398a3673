import { once } from 'node:events';
import { createServer, type AddressInfo, type Socket } from 'node:net';

export interface SilentServer {
  readonly port: number;
  readonly close: () => Promise<void>;
}

/** Accepts connections and leaves them at that. */
export async function silentServer(): Promise<SilentServer> {
  const sockets: Socket[] = [];
  const listening = createServer((socket) => {
    sockets.push(socket);
  });
  listening.listen(0, '127.0.0.1');
  await once(listening, 'listening');
  const close = async (): Promise<void> => {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => listening.close(resolve));
  };
  return { port: (listening.address() as AddressInfo).port, close };
}

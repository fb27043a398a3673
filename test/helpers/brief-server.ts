import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import type { SilentServer } from './silent-server.ts';

/** Says which SSH server it is to each who connects, and hangs up. */
export async function briefServer(): Promise<SilentServer> {
  const listening = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.end('SSH-2.0-Brief_1.0\r\n', () => socket.destroy());
  });
  listening.listen(0, '127.0.0.1');
  await once(listening, 'listening');
  const close = async (): Promise<void> => {
    await new Promise((resolve) => listening.close(resolve));
  };
  return { port: (listening.address() as AddressInfo).port, close };
}

import { connect, type Socket } from 'node:net';
import type { SftpSettings } from './settings.ts';

/**
 * A socket for `ssh2`. With `noDelay`, since each small request would wait 40 ms for the answer to the packet before it. But `ssh2` hands
 * over each packet in three pieces, which would all be sent by themselves: what is written in one go is gathered, and sent as one.
 */
export function openSocket({ host, port }: Pick<SftpSettings, 'host' | 'port'>): Socket {
  const socket = connect({ host, port, noDelay: true });
  const write = socket.write.bind(socket) as (...given: readonly unknown[]) => boolean;
  let isGathering = false;
  const send = (): void => {
    isGathering = false;
    socket.uncork();
  };
  socket.write = (...given: readonly unknown[]): boolean => {
    if (!isGathering) {
      isGathering = true;
      socket.cork();
      process.nextTick(send);
    }
    return write(...given);
  };
  return socket;
}

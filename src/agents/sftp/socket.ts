import { connect, type Socket } from 'node:net';
import { freeBuffer } from '../../io/own-memory.ts';
import type { SftpSettings } from './settings.ts';

/** Larger buffers than these are packets with contents, each of which `ssh2` makes for itself and forgets when it is written. */
const KEPT_BYTES = 16 * 1024;

type Write = (chunk: unknown, ...rest: readonly unknown[]) => boolean;

/**
 * A socket for `ssh2`. With `noDelay`, since each small request would wait 40 ms for the answer to the packet before it. But `ssh2` hands
 * over each packet in three pieces, which would all be sent by themselves: what is written in one go is gathered, and sent as one. What
 * has been sent is freed.
 */
export function openSocket({ host, port }: Pick<SftpSettings, 'host' | 'port'>): Socket {
  const socket = connect({ host, port, noDelay: true });
  const write = socket.write.bind(socket) as Write;
  const sent = new SentMemory();
  let isGathering = false;
  const send = (): void => {
    isGathering = false;
    socket.uncork();
  };
  socket.write = (chunk: unknown, ...rest: readonly unknown[]): boolean => {
    if (!isGathering) {
      isGathering = true;
      socket.cork();
      process.nextTick(send);
    }
    if (rest.length > 0 || !(chunk instanceof Uint8Array)) return write(chunk, ...rest);
    sent.hold(chunk);
    return write(chunk, (error: unknown) => {
      sent.release(chunk, error ?? null);
    });
  };
  return socket;
}

/** The memory of large pieces that are being sent. Several pieces may lie in one buffer, which is freed behind the last of them. */
class SentMemory {
  readonly #pieces = new Map<ArrayBuffer, number>();

  hold({ buffer }: Uint8Array): void {
    if (!(buffer instanceof ArrayBuffer) || buffer.byteLength < KEPT_BYTES) return;
    // Where Node.js puts small buffers together.
    if (buffer.byteLength === Buffer.poolSize) return;
    this.#pieces.set(buffer, (this.#pieces.get(buffer) ?? 0) + 1);
  }

  /** @param error - not null when it was not sent: then nobody knows who still has it */
  release({ buffer }: Uint8Array, error: unknown): void {
    const left = buffer instanceof ArrayBuffer ? this.#pieces.get(buffer) : undefined;
    if (left === undefined || !(buffer instanceof ArrayBuffer)) return;
    if (left > 1) {
      this.#pieces.set(buffer, left - 1);
      return;
    }
    this.#pieces.delete(buffer);
    if (error === null) freeBuffer(buffer);
  }
}

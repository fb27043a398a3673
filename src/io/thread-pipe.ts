/** Bytes from one thread to another, in order, with back pressure. A pipe is a pair of ports of one `MessageChannel`. */
import type { MessagePort } from 'node:worker_threads';
import { BackupError, deserializeError, serializeError, type SerializedError } from '../errors.ts';
import { giveAway, isGivenAway } from './own-memory.ts';

/** Bytes that may be on their way. */
const WINDOW_BYTES = 1024 * 1024;

type FromSender =
  { readonly bytes: Uint8Array<ArrayBuffer> } | { readonly end: true } | { readonly error: SerializedError };
type FromReceiver = { readonly taken: number } | { readonly stop: true };

/**
 * Sends all chunks, until the other side wants no more.
 *
 * @throws what `chunks` throws; the other side gets it as well
 */
export async function sendChunks(
  port: MessagePort,
  chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
): Promise<void> {
  const state = { onTheWay: 0, isWanted: true };
  let wake: () => void = () => undefined;
  const stop = (): void => {
    state.isWanted = false;
    wake();
  };
  port.on('message', (message: FromReceiver) => {
    if ('stop' in message) stop();
    else state.onTheWay -= message.taken;
    wake();
  });
  port.on('close', stop);
  try {
    for await (const chunk of chunks) {
      const bytes = portable(chunk);
      state.onTheWay += bytes.length;
      port.postMessage({ bytes } satisfies FromSender, [bytes.buffer]);
      while (state.isWanted && state.onTheWay >= WINDOW_BYTES) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
      if (!state.isWanted) return;
    }
    port.postMessage({ end: true } satisfies FromSender);
  } catch (error) {
    port.postMessage({ error: serializeError(error) } satisfies FromSender);
    throw error;
  }
}

/** The same bytes with memory of their own: a copy, unless whoever made them gave it away. */
function portable(chunk: Uint8Array): Uint8Array<ArrayBuffer> {
  const { buffer } = chunk;
  const isWhole = buffer instanceof ArrayBuffer && chunk.length === buffer.byteLength;
  return isWhole && isGivenAway(buffer) ? new Uint8Array(buffer) : new Uint8Array(chunk);
}

/**
 * What the other side sends. The memory of each chunk is given away to whoever reads it.
 *
 * @throws BackupError what the other side failed with, or `agent_error` when its thread is gone
 */
export async function* receiveChunks(port: MessagePort): AsyncGenerator<Uint8Array<ArrayBuffer>, void, undefined> {
  const queue: FromSender[] = [];
  let wake: () => void = () => undefined;
  const add = (message: FromSender): void => {
    queue.push(message);
    wake();
  };
  port.on('message', add);
  port.on('close', () => {
    const gone = new BackupError('agent_error', 'The thread at the other end is gone.', { temporary: true });
    add({ error: serializeError(gone) });
  });
  try {
    for (;;) {
      const message = queue.shift();
      if (message === undefined) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
        continue;
      }
      if ('end' in message) return;
      if ('error' in message) throw deserializeError(message.error);
      const { bytes } = message;
      const { length } = bytes;
      giveAway(bytes.buffer);
      yield bytes;
      port.postMessage({ taken: length } satisfies FromReceiver);
    }
  } finally {
    port.postMessage({ stop: true } satisfies FromReceiver);
    port.close();
  }
}

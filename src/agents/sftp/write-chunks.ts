/**
 * Writes with many requests on their way at once: with one at a time, each waits for the answer to the one before it, which costs nine
 * tenths of the speed on a fast line and more on a far one.
 */
import { orAborted, throwIfAborted } from '../../io/abort.ts';
import { freeGiven } from '../../io/own-memory.ts';
import { requestSizes } from './server-limits.ts';
import type { RemoteFile } from './requests.ts';

/** Bytes that may be on their way there: more than the window of an SSH channel, so that it never runs dry. */
const IN_FLIGHT_BYTES = 3 * 1024 * 1024;
const ROOM_BYTES = 1024 * 1024;

export interface WriteOptions {
  /** Where the first byte goes. */
  readonly start: number;
  readonly signal: AbortSignal;
  /** Told of how many bytes from the file's start the server has confirmed without a gap. */
  readonly onConfirmed: (bytes: number) => void;
}

/** A request that was sent. */
interface Sent {
  readonly end: number;
  readonly done: Promise<void>;
  /** What is done with when this request is answered. */
  readonly chunk: Uint8Array | null;
}

/** @returns the place behind the last byte */
export async function writeChunks(
  file: RemoteFile,
  chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  { start, signal, onConfirmed }: WriteOptions,
): Promise<number> {
  const sizes = requestSizes(file.sftp);
  const most = Math.min(IN_FLIGHT_BYTES, sizes.requests * sizes.write);
  const queue: Sent[] = [];
  let inFlight = 0;
  let position = start;
  let confirmed = start;
  const confirmOldest = async (): Promise<void> => {
    const oldest = queue.shift();
    if (oldest === undefined) return;
    await orAborted(oldest.done, signal);
    if (oldest.chunk !== null) freeGiven(oldest.chunk);
    inFlight -= oldest.end - confirmed;
    confirmed = oldest.end;
    onConfirmed(confirmed);
  };
  const confirmTo = async (bytes: number): Promise<void> => {
    while (inFlight > bytes) await confirmOldest();
  };
  for await (const chunk of chunks) {
    for (const { part, isLast } of partsOf(chunk, sizes.write)) {
      // Some room at a time: what is written in one go is sent as one.
      if (inFlight + part.length > most) await confirmTo(Math.max(0, most - ROOM_BYTES));
      throwIfAborted(signal);
      const done = writeAt(file, part, position);
      // It is awaited later; until then a failure must not count as unhandled.
      done.catch(() => undefined);
      position += part.length;
      inFlight += part.length;
      queue.push({ end: position, done, chunk: isLast ? chunk : null });
    }
  }
  await confirmTo(0);
  return position;
}

interface Part {
  readonly part: Buffer;
  readonly isLast: boolean;
}

/** Equal parts, none of them larger than a request: ssh2 would send the rest of a larger one when its start has been answered. */
function* partsOf(chunk: Uint8Array, most: number): Generator<Part, void, undefined> {
  const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
  const size = Math.ceil(bytes.length / Math.ceil(bytes.length / most));
  for (let at = 0; at < bytes.length; at += size) {
    yield { part: bytes.subarray(at, at + size), isLast: at + size >= bytes.length };
  }
}

function writeAt({ sftp, handle }: RemoteFile, part: Buffer, position: number): Promise<void> {
  return new Promise((resolve, reject) => {
    sftp.write(handle, part, 0, part.length, position, (error) => {
      if (error === undefined || error === null) resolve();
      else reject(error);
    });
  });
}

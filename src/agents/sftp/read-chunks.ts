/** Reads with many requests on their way at once, for the same reason as `writeChunks`. */
import { orAborted } from '../../io/abort.ts';
import { giveAway } from '../../io/own-memory.ts';
import { widenReceiveWindow } from './receive-window.ts';
import { requestSizes } from './server-limits.ts';
import type { RemoteFile } from './requests.ts';

/** Bytes that are handed on together: each hand-over to another thread has its price. */
const CHUNK_BYTES = 512 * 1024;

export interface ReadRange {
  readonly start: number;
  /** Bytes; the file must have them. */
  readonly length: number;
  readonly signal: AbortSignal;
}

/** The bytes of a range, in order. Each chunk has memory of its own, which is given away. */
export async function* readChunks(
  file: RemoteFile,
  { start, length, signal }: ReadRange,
): AsyncGenerator<Buffer, void, undefined> {
  const sizes = requestSizes(file.sftp);
  // With large requests 12 MiB: what a line of 100 MB/s holds when an answer takes 120 ms.
  const inFlight = Math.max(2, Math.floor((sizes.requests * sizes.read) / CHUNK_BYTES));
  const end = start + length;
  const queue: Promise<Buffer>[] = [];
  let asked = start;
  for (;;) {
    widenReceiveWindow(file.sftp);
    // Many at a time: requests are small, and what is asked for in one go is sent as one.
    const most = queue.length <= inFlight / 2 ? inFlight : 0;
    while (asked < end && queue.length < most) {
      const chunk = readChunk(file, { position: asked, length: Math.min(CHUNK_BYTES, end - asked), step: sizes.read });
      chunk.catch(() => undefined);
      queue.push(chunk);
      asked += CHUNK_BYTES;
    }
    const oldest = queue.shift();
    if (oldest === undefined) return;
    yield await orAborted(oldest, signal);
  }
}

interface ChunkToRead {
  readonly position: number;
  readonly length: number;
  /** Bytes that are asked for at a time. */
  readonly step: number;
}

async function readChunk(file: RemoteFile, { position, length, step }: ChunkToRead): Promise<Buffer> {
  const buffer = Buffer.allocUnsafeSlow(length);
  giveAway(buffer.buffer);
  const requests: Promise<void>[] = [];
  for (let at = 0; at < length; at += step) {
    requests.push(fill(file, buffer.subarray(at, at + step), position + at));
  }
  await Promise.all(requests);
  return buffer;
}

/** Servers may answer with fewer bytes than were asked for. */
async function fill(file: RemoteFile, target: Buffer, position: number): Promise<void> {
  for (let filled = 0; filled < target.length;) {
    const count = await readSome(file, target.subarray(filled), position + filled);
    if (count === 0)
      throw new Error(`the file ends at ${String(position + filled)}, before the bytes that it should have`);
    filled += count;
  }
}

/** @returns 0 at the end of the file */
export function readSome({ sftp, handle }: RemoteFile, target: Buffer, position: number): Promise<number> {
  const END_OF_FILE = 1;
  return new Promise((resolve, reject) => {
    sftp.read(handle, target, 0, target.length, position, (error, count) => {
      if (error === undefined) resolve(count);
      else if ('code' in error && error.code === END_OF_FILE) resolve(0);
      else reject(error);
    });
  });
}

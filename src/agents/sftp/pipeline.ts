/**
 * Transfers with many requests on their way at once: with one at a time, each waits for the answer to the one before it, which costs
 * nine tenths of the speed on a fast line and more on a far one.
 */
import { orAborted, throwIfAborted } from '../../io/abort.ts';
import { widenReceiveWindow } from './receive-window.ts';
import { giveAway } from '../../io/own-memory.ts';
import type { RemoteFile } from './requests.ts';

/** Servers of OpenSSH take up to 255 KiB in a request; ssh2 cuts what others do not take. */
const REQUEST_BYTES = 128 * 1024;
/** Bytes that may be on their way there: more than the window of an SSH channel, so that it never runs dry. */
const IN_FLIGHT_BYTES = 3 * 1024 * 1024;
/** Bytes that may be asked for: what a line of 100 MB/s holds when an answer takes 120 ms. */
const ASKED_BYTES = 12 * 1024 * 1024;

const ROOM_BYTES = 1024 * 1024;
/** Bytes that are handed on together: each hand-over to another thread has its price. */
const CHUNK_BYTES = 4 * REQUEST_BYTES;
const CHUNKS_IN_FLIGHT = ASKED_BYTES / CHUNK_BYTES;

export interface WriteOptions {
  /** Where the first byte goes. */
  readonly start: number;
  readonly signal: AbortSignal;
  /** Told of how many bytes from the file's start the server has confirmed without a gap. */
  readonly onConfirmed: (bytes: number) => void;
}

/** @returns the place behind the last byte */
export async function writeChunks(
  file: RemoteFile,
  chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  { start, signal, onConfirmed }: WriteOptions,
): Promise<number> {
  const queue: { readonly end: number; readonly done: Promise<void> }[] = [];
  let inFlight = 0;
  let position = start;
  let confirmed = start;
  const confirmOldest = async (): Promise<void> => {
    const oldest = queue.shift();
    if (oldest === undefined) return;
    await orAborted(oldest.done, signal);
    inFlight -= oldest.end - confirmed;
    confirmed = oldest.end;
    onConfirmed(confirmed);
  };
  const confirmTo = async (most: number): Promise<void> => {
    while (inFlight > most) await confirmOldest();
  };
  for await (const chunk of chunks) {
    for (const part of requests(chunk)) {
      // Some room at a time: what is written in one go is sent as one.
      if (inFlight + part.length > IN_FLIGHT_BYTES) await confirmTo(IN_FLIGHT_BYTES - ROOM_BYTES);
      throwIfAborted(signal);
      const done = writeAt(file, part, position);
      // It is awaited later; until then a failure must not count as unhandled.
      done.catch(() => undefined);
      position += part.length;
      inFlight += part.length;
      queue.push({ end: position, done });
    }
  }
  await confirmTo(0);
  return position;
}

/** Equal parts, none of them larger than a request. */
function* requests(chunk: Uint8Array): Generator<Buffer, void, undefined> {
  const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
  const size = Math.ceil(bytes.length / Math.ceil(bytes.length / REQUEST_BYTES));
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

function writeAt({ sftp, handle }: RemoteFile, part: Buffer, position: number): Promise<void> {
  return new Promise((resolve, reject) => {
    sftp.write(handle, part, 0, part.length, position, (error) => {
      if (error === undefined || error === null) resolve();
      else reject(error);
    });
  });
}

export interface ReadRange {
  readonly start: number;
  /** Bytes; the file must have them. */
  readonly length: number;
  readonly signal: AbortSignal;
}

/** The bytes of a range, in order. */
export async function* readChunks(
  file: RemoteFile,
  { start, length, signal }: ReadRange,
): AsyncGenerator<Buffer, void, undefined> {
  const end = start + length;
  const queue: Promise<Buffer>[] = [];
  let asked = start;
  for (;;) {
    widenReceiveWindow(file.sftp);
    // Many at a time: requests are small, and what is asked for in one go is sent as one.
    const most = queue.length <= CHUNKS_IN_FLIGHT / 2 ? CHUNKS_IN_FLIGHT : 0;
    while (asked < end && queue.length < most) {
      const chunk = readChunk(file, asked, Math.min(CHUNK_BYTES, end - asked));
      chunk.catch(() => undefined);
      queue.push(chunk);
      asked += CHUNK_BYTES;
    }
    const oldest = queue.shift();
    if (oldest === undefined) return;
    yield await orAborted(oldest, signal);
  }
}

async function readChunk(file: RemoteFile, position: number, length: number): Promise<Buffer> {
  const buffer = Buffer.allocUnsafeSlow(length);
  giveAway(buffer.buffer);
  const requests: Promise<void>[] = [];
  for (let at = 0; at < length; at += REQUEST_BYTES) {
    requests.push(fill(file, buffer.subarray(at, at + REQUEST_BYTES), position + at));
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

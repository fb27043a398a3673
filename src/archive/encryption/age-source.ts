import { BackupError } from '../../errors.ts';
import type { ByteSource } from '../../io/byte-source.ts';
import type { KeySet } from '../../backup-request.ts';
import { CHUNK_BYTES, payloadSize, SEALED_CHUNK_BYTES, type ChunkCipher, type PayloadSize } from './chunks.ts';
import { openHeader, type OpenedHeader } from './header.ts';
import type { SealedRange } from './sealed-range.ts';

/** Neighbouring reads share a chunk, and the manifest is read in turn with the members. */
const KEPT_CHUNKS = 4;

/** What an age file holds, readable at any place: only the chunks that are asked for are read and opened. */
export class AgeSource implements ByteSource {
  readonly size: number;
  /** The file itself. */
  readonly file: ByteSource;
  readonly #payloadStart: number;
  readonly #cipher: ChunkCipher;
  readonly #chunks: number;
  /** By index, the one used last at the end. */
  readonly #opened = new Map<number, Buffer>();

  constructor(file: ByteSource, { cipher, payloadStart }: OpenedHeader, payload: PayloadSize) {
    this.file = file;
    this.#payloadStart = payloadStart;
    this.#cipher = cipher;
    this.#chunks = payload.chunks;
    this.size = payload.bytes;
  }

  async read(target: Uint8Array, position: number): Promise<void> {
    if (position + target.length > this.size) throw corrupt('it ends too early');
    if (target.length === 0) return;
    let first = Math.floor(position / CHUNK_BYTES);
    let last = Math.floor((position + target.length - 1) / CHUNK_BYTES);
    while (first <= last && this.#fromKept(first, target, position)) first += 1;
    while (last > first && this.#fromKept(last, target, position)) last -= 1;
    if (first > last) return;
    const sealed = await this.#readSealed(first, last);
    for (let index = first; index <= last; index++) {
      const chunk = this.#open(sealed.subarray((index - first) * SEALED_CHUNK_BYTES), index);
      copyPart(chunk, { target, position, index });
      // Those in the middle of a read will not be asked for again.
      if (index === first || index === last) this.#keep(index, chunk);
    }
  }

  /** Where in the file that part lies, for a thread that opens it; not empty, and not behind the end. */
  sealedRange(position: number, length: number): SealedRange {
    const firstChunk = Math.floor(position / CHUNK_BYTES);
    const fileStart = this.#payloadStart + firstChunk * SEALED_CHUNK_BYTES;
    const end = this.#payloadStart + Math.ceil((position + length) / CHUNK_BYTES) * SEALED_CHUNK_BYTES;
    return {
      fileStart,
      fileLength: Math.min(this.file.size, end) - fileStart,
      key: this.#cipher.key,
      firstChunk,
      lastChunk: this.#chunks - 1,
      skip: position - firstChunk * CHUNK_BYTES,
      length,
    };
  }

  close(): Promise<void> {
    return this.file.close();
  }

  /** Opens the last chunk: only it proves where the file ends. */
  async proveEnd(): Promise<void> {
    const index = this.#chunks - 1;
    this.#keep(index, this.#open(await this.#readSealed(index, index), index));
  }

  async #readSealed(first: number, last: number): Promise<Uint8Array> {
    const start = this.#payloadStart + first * SEALED_CHUNK_BYTES;
    const end = Math.min(this.file.size, this.#payloadStart + (last + 1) * SEALED_CHUNK_BYTES);
    const sealed = new Uint8Array(end - start);
    await this.file.read(sealed, start);
    return sealed;
  }

  #open(sealed: Uint8Array, index: number): Buffer {
    const place = { index, isLast: index === this.#chunks - 1 };
    const chunk = this.#cipher.open(sealed.subarray(0, SEALED_CHUNK_BYTES), place);
    if (chunk !== null) return chunk;
    const start = index * CHUNK_BYTES;
    throw corrupt(`bytes ${start} to ${Math.min(this.size, start + CHUNK_BYTES)} are not what was encrypted`);
  }

  #fromKept(index: number, target: Uint8Array, position: number): boolean {
    const chunk = this.#opened.get(index);
    if (chunk === undefined) return false;
    copyPart(chunk, { target, position, index });
    this.#keep(index, chunk);
    return true;
  }

  #keep(index: number, chunk: Buffer): void {
    this.#opened.delete(index);
    this.#opened.set(index, chunk);
    const [oldest] = this.#opened.keys();
    if (oldest !== undefined && this.#opened.size > KEPT_CHUNKS) this.#opened.delete(oldest);
  }
}

/** Copies what a read wants of a chunk. */
function copyPart(chunk: Buffer, read: { target: Uint8Array; position: number; index: number }): void {
  const offset = read.index * CHUNK_BYTES - read.position;
  const from = Math.max(0, -offset);
  const to = Math.min(chunk.length, read.target.length - offset);
  read.target.set(chunk.subarray(from, to), offset + from);
}

/**
 * Opens an age file with whichever key fits.
 *
 * @param file - closed with what is returned; left open when this throws
 * @throws BackupError `key_missing`, `key_incorrect`, `archive_corrupt` or `unsupported_format`
 */
export async function openAgeSource(file: ByteSource, keys: KeySet): Promise<AgeSource> {
  const header = await openHeader(file, keys);
  const payload = payloadSize(file.size - header.payloadStart);
  if (payload === null) throw corrupt('it is cut off');
  const source = new AgeSource(file, header, payload);
  await source.proveEnd();
  return source;
}

function corrupt(what: string): BackupError {
  return new BackupError('archive_corrupt', `The encrypted archive is damaged: ${what}. Use another copy.`);
}

import type { Encryption } from '../../backup-request.ts';
import { CHUNK_BYTES, SEALED_CHUNK_BYTES, TAG_BYTES, type ChunkCipher } from './chunks.ts';
import { beginSealed } from './header.ts';

const NO_BYTES = new Uint8Array(0);

/** Makes an age file of a stream. What it returns is valid until the next call. */
export class AgeSealer {
  readonly #cipher: ChunkCipher;
  readonly #start: Uint8Array;
  /** The last chunk is sealed as such, so one that may be the last is kept back. */
  readonly #kept: Uint8Array = new Uint8Array(CHUNK_BYTES);
  #keptBytes = 0;
  #index = 0;
  #output: Uint8Array = NO_BYTES;

  /** @param start - what the file begins with */
  constructor(start: Uint8Array, cipher: ChunkCipher) {
    this.#start = start;
    this.#cipher = cipher;
  }

  update(bytes: Uint8Array): Uint8Array {
    // At least one byte stays for the chunk that is sealed at the end.
    const chunks = Math.max(0, Math.floor((this.#keptBytes + bytes.length - 1) / CHUNK_BYTES));
    const output = this.#room(chunks * SEALED_CHUNK_BYTES);
    let to = output.start;
    let at = 0;
    for (let i = 0; i < chunks; i++) {
      const [chunk, used] = this.#chunk(bytes.subarray(at));
      this.#cipher.seal(chunk, { index: this.#index, isLast: false }, output.bytes.subarray(to));
      this.#index += 1;
      at += used;
      to += SEALED_CHUNK_BYTES;
    }
    this.#kept.set(bytes.subarray(at), this.#keptBytes);
    this.#keptBytes += bytes.length - at;
    return output.bytes;
  }

  final(): Uint8Array {
    const { start, bytes } = this.#room(this.#keptBytes + TAG_BYTES);
    const place = { index: this.#index, isLast: true };
    this.#cipher.seal(this.#kept.subarray(0, this.#keptBytes), place, bytes.subarray(start));
    return bytes;
  }

  /** A whole chunk, of what was kept and what is new; and how much of the new is in it. */
  #chunk(bytes: Uint8Array): [Uint8Array, number] {
    if (this.#keptBytes === 0) return [bytes.subarray(0, CHUNK_BYTES), CHUNK_BYTES];
    const used = CHUNK_BYTES - this.#keptBytes;
    this.#kept.set(bytes.subarray(0, used), this.#keptBytes);
    this.#keptBytes = 0;
    return [this.#kept, used];
  }

  /** Room for sealed chunks, behind the header when nothing was sealed yet. */
  #room(length: number): { bytes: Uint8Array; start: number } {
    const start = this.#index === 0 && length > 0 ? this.#start.length : 0;
    if (this.#output.length < start + length) this.#output = new Uint8Array(start + length);
    const bytes = this.#output.subarray(0, start + length);
    bytes.set(this.#start.subarray(0, start));
    return { bytes, start };
  }
}

/** @throws BackupError `invalid_request` for what is no recipient */
export async function openAgeSealer(encryption: Encryption): Promise<AgeSealer> {
  const { bytes, cipher } = await beginSealed(encryption);
  return new AgeSealer(bytes, cipher);
}

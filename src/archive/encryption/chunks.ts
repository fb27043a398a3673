/** The payload of age v1: chunks of 64 KiB, each sealed on its own, so that each can be opened on its own. See docs/format.md, section 6. */
import { createCipheriv, createDecipheriv, createSecretKey, hkdfSync, type KeyObject } from 'node:crypto';
import { freeWhole } from '../../io/own-memory.ts';

export const CHUNK_BYTES: number = 64 * 1024;
export const TAG_BYTES = 16;
export const SEALED_CHUNK_BYTES: number = CHUNK_BYTES + TAG_BYTES;
/** Stands between the header and the first chunk. */
export const PAYLOAD_NONCE_BYTES = 16;

const ALGORITHM = 'chacha20-poly1305';
const NONCE_BYTES = 12;
const COUNTER_AT = 3;
const LAST_AT = 11;

/** Where a chunk stands; both go into its nonce, so that none can be moved, left out or added. */
export interface ChunkPlace {
  readonly index: number;
  readonly isLast: boolean;
}

/**
 * @param fileKey - 16 bytes, from the header
 * @param nonce - `PAYLOAD_NONCE_BYTES`, from behind the header
 */
export function payloadKey(fileKey: Uint8Array, nonce: Uint8Array): KeyObject {
  return createSecretKey(Buffer.from(hkdfSync('sha256', fileKey, nonce, 'payload', 32)));
}

/** Seals and opens the chunks of one file. */
export class ChunkCipher {
  /** An object, because Node.js 24 takes 30 µs longer to begin with a key that is given as bytes. May be sent to another thread. */
  readonly key: KeyObject;
  readonly #nonce: Buffer = Buffer.alloc(NONCE_BYTES);

  /** @param key - from `payloadKey` */
  constructor(key: KeyObject) {
    this.key = key;
  }

  /** Puts the sealed chunk into `target`: its bytes and `TAG_BYTES` behind them. */
  seal(chunk: Uint8Array, place: ChunkPlace, target: Uint8Array): void {
    const cipher = createCipheriv(ALGORITHM, this.key, this.#nonceOf(place), { authTagLength: TAG_BYTES });
    const sealed = cipher.update(chunk);
    target.set(sealed);
    // Each is a buffer of its own: left to the collector, they are as many bytes as the archive.
    freeWhole(sealed);
    cipher.final();
    target.set(cipher.getAuthTag(), chunk.length);
  }

  /** The bytes of a sealed chunk, null when they are not what was sealed for this place. */
  open(sealed: Uint8Array, place: ChunkPlace): Buffer | null {
    const decipher = createDecipheriv(ALGORITHM, this.key, this.#nonceOf(place), { authTagLength: TAG_BYTES });
    const end = sealed.length - TAG_BYTES;
    decipher.setAuthTag(sealed.subarray(end));
    const bytes = decipher.update(sealed.subarray(0, end));
    try {
      decipher.final();
    } catch {
      // The only reason that there is: the tag does not fit.
      return null;
    }
    return bytes;
  }

  #nonceOf({ index, isLast }: ChunkPlace): Buffer {
    // The counter has 11 bytes; no file is so long that more than 6 of the last 8 are used.
    this.#nonce.writeBigUInt64BE(BigInt(index), COUNTER_AT);
    this.#nonce[LAST_AT] = isLast ? 1 : 0;
    return this.#nonce;
  }
}

/** What a payload holds. */
export interface PayloadSize {
  readonly chunks: number;
  readonly bytes: number;
}

/** @returns null when no payload has that many bytes, e.g. because it is cut off */
export function payloadSize(sealedBytes: number): PayloadSize | null {
  const chunks = Math.ceil(sealedBytes / SEALED_CHUNK_BYTES);
  const last = sealedBytes - (chunks - 1) * SEALED_CHUNK_BYTES;
  // Only an empty payload has a chunk with nothing in it.
  if (chunks === 0 || last < TAG_BYTES || (last === TAG_BYTES && chunks > 1)) return null;
  return { chunks, bytes: sealedBytes - chunks * TAG_BYTES };
}

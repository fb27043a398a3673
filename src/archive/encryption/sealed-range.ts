/** A part of an age file that is read as it lies there and opened by another thread. */
import type { KeyObject } from 'node:crypto';
import { freeWhole } from '../../io/own-memory.ts';
import { CHUNK_BYTES, ChunkCipher, SEALED_CHUNK_BYTES } from './chunks.ts';

/** Whole chunks, and which bytes of what they hold are wanted. */
export interface SealedRange {
  /** Bytes of the file. */
  readonly fileStart: number;
  readonly fileLength: number;
  readonly key: KeyObject;
  /** Of the first chunk in it, and of the last one of the whole file. */
  readonly firstChunk: number;
  readonly lastChunk: number;
  /** Bytes before those that are wanted, and how many are. */
  readonly skip: number;
  readonly length: number;
}

/**
 * Opens the chunks of a range where they lie.
 *
 * @param sealed - `fileLength` bytes, which are overwritten
 * @returns the wanted bytes, in the same buffer
 * @throws Error when a chunk is not what was encrypted
 */
export function openRange(sealed: Uint8Array, range: SealedRange): Uint8Array {
  const cipher = new ChunkCipher(range.key);
  for (let at = 0, index = range.firstChunk; at < sealed.length; at += SEALED_CHUNK_BYTES, index++) {
    const place = { index, isLast: index === range.lastChunk };
    const chunk = cipher.open(sealed.subarray(at, at + SEALED_CHUNK_BYTES), place);
    if (chunk === null) throw new Error(`chunk ${index} of the encrypted archive is not what was encrypted`);
    sealed.set(chunk, (index - range.firstChunk) * CHUNK_BYTES);
    freeWhole(chunk);
  }
  return sealed.subarray(range.skip, range.skip + range.length);
}

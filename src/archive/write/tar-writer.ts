import { createHash, type Hash } from 'node:crypto';
import type { Member } from '../format/manifest-line.ts';
import { encodeMember, padding } from '../format/tar-header.ts';
import type { PieceWriter } from './piece-writer.ts';

/** Puts members into the tar stream. Its generators yield each time the piece is full: flush it, then go on. */
export class TarWriter {
  readonly #pieces: PieceWriter;
  readonly #structure: Hash = createHash('sha256');

  constructor(pieces: PieceWriter) {
    this.#pieces = pieces;
  }

  get offset(): number {
    return this.#pieces.offset;
  }

  /** sha256 of everything but file contents so far, lower-case hex. */
  structureDigest(): string {
    return this.#structure.copy().digest('hex');
  }

  *header(member: Member): Generator<void, void, undefined> {
    const blocks = encodeMember(member);
    this.#structure.update(blocks);
    // The blocks are overwritten by the next call, and what takes turns with this generator may make it.
    yield* this.#put(blocks.length <= this.#pieces.room().length ? blocks : Buffer.from(blocks));
  }

  *content(bytes: Uint8Array): Generator<void, void, undefined> {
    yield* this.#put(bytes);
  }

  /** The zero bytes after `size` bytes of content. */
  *pad(size: number): Generator<void, void, undefined> {
    const zeros = ZEROS.subarray(0, padding(size));
    if (zeros.length === 0) return;
    this.#structure.update(zeros);
    yield* this.#put(zeros);
  }

  *#put(bytes: Uint8Array): Generator<void, void, undefined> {
    for (let at = 0; at < bytes.length;) {
      if (this.#pieces.full) yield;
      const room = this.#pieces.room();
      const part = bytes.subarray(at, at + room.length);
      room.set(part);
      this.#pieces.advance(part.length);
      at += part.length;
    }
  }
}

const ZEROS = new Uint8Array(1024);

/** The two zero blocks at the end of the stream. */
export const END_OF_ARCHIVE: Uint8Array = ZEROS;

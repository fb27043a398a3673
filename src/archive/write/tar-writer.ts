import { createHash, type Hash } from 'node:crypto';
import type { Member } from '../format/manifest-line.ts';
import { encodeMember, padding } from '../format/tar-header.ts';
import type { PieceWriter } from './piece-writer.ts';

const GATHER_BYTES = 64 * 1024;

/** Puts members into the tar stream. Its generators yield each time the piece is full: flush it, then go on. */
export class TarWriter {
  readonly #pieces: PieceWriter;
  readonly #structure: Hash = createHash('sha256');
  /** Many small updates of a hash cost more than its work: blocks are gathered here first. */
  readonly #gathered: Buffer = Buffer.allocUnsafe(GATHER_BYTES);
  #gatheredBytes = 0;

  constructor(pieces: PieceWriter) {
    this.#pieces = pieces;
  }

  get offset(): number {
    return this.#pieces.offset;
  }

  /** sha256 of everything but file contents so far, lower-case hex. */
  structureDigest(): string {
    this.#hashGathered();
    return this.#structure.copy().digest('hex');
  }

  #gather(bytes: Uint8Array): void {
    if (this.#gatheredBytes + bytes.length > GATHER_BYTES) this.#hashGathered();
    if (bytes.length > GATHER_BYTES) {
      this.#structure.update(bytes);
      return;
    }
    this.#gathered.set(bytes, this.#gatheredBytes);
    this.#gatheredBytes += bytes.length;
  }

  #hashGathered(): void {
    this.#structure.update(this.#gathered.subarray(0, this.#gatheredBytes));
    this.#gatheredBytes = 0;
  }

  *header(member: Member): Generator<undefined, void, undefined> {
    const blocks = encodeMember(member);
    this.#gather(blocks);
    // The blocks are overwritten by the next call, and what takes turns with this generator may make it.
    yield* this.#put(blocks.length <= this.#pieces.room().length ? blocks : Buffer.from(blocks));
  }

  *content(bytes: Uint8Array): Generator<undefined, void, undefined> {
    yield* this.#put(bytes);
  }

  /** The zero bytes after `size` bytes of content. */
  *pad(size: number): Generator<undefined, void, undefined> {
    const zeros = ZEROS.subarray(0, padding(size));
    if (zeros.length === 0) return;
    this.#gather(zeros);
    yield* this.#put(zeros);
  }

  *#put(bytes: Uint8Array): Generator<undefined, void, undefined> {
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

import { BackupError } from '../../errors.ts';
import { damageError, type Piece, type PieceSource } from './piece-source.ts';

const NO_BYTES: Buffer = Buffer.alloc(0);

/** Reads the tar stream. Its generators yield each time the piece is used up: `load` the next, then go on. */
export class TarInput {
  readonly #pieces: PieceSource;
  #bytes: Buffer = NO_BYTES;
  #at = 0;
  #start = 0;
  /** The damaged piece that was met last. */
  #damaged: Piece | null = null;

  constructor(pieces: PieceSource) {
    this.#pieces = pieces;
  }

  /** Place in the tar stream. */
  get offset(): number {
    return this.#start + this.#at;
  }

  /**
   * Gets the next piece. After a failure `skipTo` leads on.
   *
   * @throws BackupError `archive_corrupt` when there is none or it is damaged
   */
  async load(): Promise<void> {
    this.#start = this.offset;
    this.#at = 0;
    this.#bytes = NO_BYTES;
    const piece = await this.#pieces.next();
    if (piece === null) throw new BackupError('archive_corrupt', 'The archive ends before its manifest does.');
    if (piece.bytes === null) {
      this.#damaged = piece;
      throw damageError(piece);
    }
    this.#bytes = piece.bytes;
    this.#start = piece.tarOffset;
  }

  /** True when nothing is left behind this place. */
  async atEnd(): Promise<boolean> {
    return this.#at === this.#bytes.length && (await this.#pieces.next()) === null;
  }

  /**
   * Goes to a place further on, over damaged pieces too.
   *
   * @throws BackupError `archive_corrupt` when that place is damaged, or behind
   */
  async skipTo(offset: number): Promise<void> {
    const damaged = this.#damaged;
    if (damaged !== null && offset >= damaged.tarOffset && offset < damaged.tarOffset + damaged.size) {
      throw damageError(damaged);
    }
    if (offset >= this.#start + this.#bytes.length) this.#pieces.seek(offset);
    while (offset >= this.#start + this.#bytes.length) await this.load();
    if (offset < this.offset) {
      throw new BackupError('archive_corrupt', 'The manifest does not have the members in the order of the archive.');
    }
    this.#at = offset - this.#start;
  }

  /** Hands out the next `size` bytes in parts, each valid only during the call. */
  *each(size: number, use: (part: Buffer) => void): Generator<void, void, undefined> {
    for (let left = size; left > 0;) {
      if (this.#at === this.#bytes.length) {
        yield;
        continue;
      }
      const part = this.#bytes.subarray(this.#at, this.#at + left);
      this.#at += part.length;
      left -= part.length;
      use(part);
    }
  }

  /** The next `size` bytes; a view where they lie in one piece, valid until the next load. */
  *take(size: number): Generator<void, Buffer, undefined> {
    if (this.#at + size <= this.#bytes.length) {
      const view = this.#bytes.subarray(this.#at, this.#at + size);
      this.#at += size;
      return view;
    }
    const parts: Buffer[] = [];
    yield* this.each(size, (part) => parts.push(Buffer.from(part)));
    return Buffer.concat(parts);
  }

  /** Runs one of the generators to its end. */
  async drive<T>(steps: Generator<void, T, undefined>): Promise<T> {
    for (;;) {
      const step = steps.next();
      if (step.done === true) return step.value;
      await this.load();
    }
  }
}

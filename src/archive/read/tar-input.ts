import { BackupError } from '../../errors.ts';
import { soundBytes, type PieceSource } from './pieces.ts';

/** Reads the tar stream. Its generators yield each time the piece is used up: `load` the next, then go on. */
export class TarInput {
  readonly #pieces: PieceSource;
  #bytes: Buffer = Buffer.alloc(0);
  #at = 0;
  #start = 0;

  constructor(pieces: PieceSource) {
    this.#pieces = pieces;
  }

  /** Place in the tar stream. */
  get offset(): number {
    return this.#start + this.#at;
  }

  /**
   * Gets the next piece.
   *
   * @throws BackupError `archive_corrupt` when there is none or it is damaged
   */
  async load(): Promise<void> {
    const piece = await this.#pieces.next();
    if (piece === null) throw new BackupError('archive_corrupt', 'The archive ends before its manifest does.');
    this.#bytes = soundBytes(piece);
    this.#start = piece.tarOffset;
    this.#at = 0;
  }

  /** True when nothing is left behind this place. */
  async atEnd(): Promise<boolean> {
    return this.#at === this.#bytes.length && (await this.#pieces.next()) === null;
  }

  /** Goes to a place further on. */
  async skipTo(offset: number): Promise<void> {
    if (offset >= this.#start + this.#bytes.length) this.#pieces.seek(offset);
    while (offset >= this.#start + this.#bytes.length) await this.load();
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

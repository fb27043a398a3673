import { PIECE_BYTES } from '../format/frame.ts';
import { readProblem, type Piece, type PieceOptions, type PieceSource } from './piece-source.ts';

/** After a jump little is read first: what is wanted there may be small. */
const FIRST_BYTES = 64 * 1024;

/** The tar as it lies there. */
export class PlainPieces implements PieceSource {
  readonly #options: PieceOptions;
  readonly #buffer: Buffer = Buffer.alloc(PIECE_BYTES);
  #tar: number;
  #step = FIRST_BYTES;

  constructor(options: PieceOptions, start: number) {
    this.#options = options;
    this.#tar = start;
  }

  seek(tarOffset: number): void {
    this.#tar = tarOffset;
    this.#step = FIRST_BYTES;
  }

  async next(): Promise<Piece | null> {
    const { source } = this.#options;
    const tarOffset = this.#tar;
    const size = Math.min(this.#step, source.size - tarOffset);
    this.#step = Math.min(PIECE_BYTES, this.#step * 2);
    if (size <= 0) return null;
    const bytes = this.#buffer.subarray(0, size);
    const problem = await readProblem(source, bytes, tarOffset);
    this.#tar += size;
    return { tarOffset, size, bytes: problem === null ? bytes : null, problem: problem ?? '' };
  }
}

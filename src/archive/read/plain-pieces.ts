import { PIECE_BYTES } from '../format/frame.ts';
import { readProblem, type Piece, type PieceOptions, type PieceSource } from './pieces.ts';

/** The tar as it lies there. */
export class PlainPieces implements PieceSource {
  readonly #options: PieceOptions;
  readonly #buffer: Buffer = Buffer.alloc(PIECE_BYTES);
  #tar: number;

  constructor(options: PieceOptions, start: number) {
    this.#options = options;
    this.#tar = start;
  }

  seek(tarOffset: number): void {
    this.#tar = tarOffset;
  }

  async next(): Promise<Piece | null> {
    const { source } = this.#options;
    const tarOffset = this.#tar;
    const size = Math.min(PIECE_BYTES, source.size - tarOffset);
    if (size <= 0) return null;
    const bytes = this.#buffer.subarray(0, size);
    const problem = await readProblem(source, bytes, tarOffset);
    this.#tar += size;
    return { tarOffset, size, bytes: problem === null ? bytes : null, problem: problem ?? '' };
  }
}

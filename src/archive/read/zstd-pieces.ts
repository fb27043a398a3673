import { freeBuffer } from '../../io/own-memory.ts';
import type { FramePlace } from './layout.ts';
import { readProblem, type Piece, type PieceOptions, type PieceSource } from './piece-source.ts';

/** A frame on its way; the promise rejects when the file cannot be read. */
interface Ahead {
  readonly frame: FramePlace;
  readonly result: Promise<{ bytes: Uint8Array<ArrayBuffer>; spare: ArrayBuffer } | { problem: string }>;
}

/** Frames by the seek table, some decompressed ahead: the more, the longer they are read in turn. */
export class ZstdPieces implements PieceSource {
  readonly #options: PieceOptions;
  readonly #ahead: Ahead[] = [];
  readonly #spares: ArrayBuffer[] = [];
  #last: ArrayBuffer | null = null;
  #index = 0;
  #depth = 1;

  constructor(options: PieceOptions) {
    this.#options = options;
  }

  seek(tarOffset: number): void {
    const { frames } = this.#options.layout;
    const isIn = (frame: FramePlace): boolean => tarOffset < frame.tarOffset + frame.size;
    if (this.#ahead.some(({ frame }) => frame.tarOffset <= tarOffset && isIn(frame))) {
      while (this.#ahead[0] !== undefined && !isIn(this.#ahead[0].frame)) this.#ahead.shift();
      return;
    }
    this.#ahead.length = 0;
    this.#depth = 1;
    const index = frames.findIndex(isIn);
    this.#index = index === -1 ? frames.length : index;
  }

  async next(): Promise<Piece | null> {
    const { layout, ahead } = this.#options;
    if (this.#last !== null) freeBuffer(this.#last);
    this.#last = null;
    while (this.#ahead.length < this.#depth) {
      const frame = layout.frames[this.#index];
      if (frame === undefined) break;
      this.#index += 1;
      this.#start(frame);
    }
    this.#depth = Math.min(ahead, this.#depth + 1);
    const first = this.#ahead.shift();
    if (first === undefined) return null;
    const { tarOffset, size } = first.frame;
    const result = await first.result;
    if ('problem' in result) return { tarOffset, size, bytes: null, problem: result.problem };
    this.#spares.push(result.spare);
    this.#last = result.bytes.buffer;
    return { tarOffset, size, bytes: Buffer.from(this.#last, 0, result.bytes.length), problem: '' };
  }

  #start(frame: FramePlace): void {
    const result = this.#fetch(frame);
    // It is awaited later, or not at all; until then a failure must not count as unhandled.
    result.catch(() => undefined);
    this.#ahead.push({ frame, result });
  }

  async #fetch({ fileOffset, compressedSize, size }: FramePlace): Ahead['result'] {
    const { source, pool, sealed } = this.#options;
    const range = sealed?.sealedRange(fileOffset, compressedSize) ?? null;
    const length = range?.fileLength ?? compressedSize;
    const spare = this.#spares.pop();
    const fits = spare !== undefined && spare.byteLength >= length;
    const buffer = fits ? spare : new ArrayBuffer(length);
    const target = new Uint8Array(buffer, 0, length);
    const problem = await readProblem(sealed?.file ?? source, target, range?.fileStart ?? fileOffset);
    if (problem !== null) return { problem };
    try {
      return await pool.decompress({ buffer, length, size, sealed: range }, 'zstd');
    } catch (error) {
      return { problem: error instanceof Error ? error.message : String(error) };
    }
  }
}

import { freeBuffer } from '../../io/own-memory.ts';
import { PIECE_BYTES } from '../format/frame.ts';
import type { FramePool, Framed } from '../worker/frame-pool.ts';
import type { Compression } from '../../model.ts';
import type { ArchiveFile } from './archive-file.ts';

interface Pending {
  readonly size: number;
  readonly framed: Promise<Framed>;
  readonly afterwards: readonly Afterwards[];
}

/** Is given the sha256 that was asked for, or none. Called in the order in which it was handed in. */
interface Afterwards {
  readonly wantsDigest: boolean;
  readonly call: (sha256: string) => void;
}

export interface PieceWriterOptions {
  readonly pool: FramePool;
  readonly file: ArchiveFile;
  readonly compression: Compression;
  /** Pieces that may be under compression at one time. */
  readonly inFlight: number;
}

/**
 * Cuts the tar stream into pieces and has them compressed side by side, in order.
 *
 * The stream is put in synchronously: into `room()`, then `advance`. When `full` is true, `flush` must be awaited first.
 */
export class PieceWriter {
  readonly #options: PieceWriterOptions;
  readonly #pending: Pending[] = [];
  readonly #spares: ArrayBuffer[] = [];
  #piece = new Uint8Array(PIECE_BYTES);
  #used = 0;
  #parts: number[] = [];
  #afterwards: Afterwards[] = [];
  #before = 0;
  #isMuch = false;

  constructor(options: PieceWriterOptions) {
    this.#options = options;
  }

  /** Length of the tar stream so far. */
  get offset(): number {
    return this.#before + this.#used;
  }

  get full(): boolean {
    return this.#used === PIECE_BYTES;
  }

  /** The free part of the piece; at least one byte unless `full`. */
  room(): Uint8Array<ArrayBuffer> {
    return this.#piece.subarray(this.#used);
  }

  /** Says that the first `bytes` of `room()` are filled. */
  advance(bytes: number): void {
    this.#used += bytes;
    // There is much, it seems: the threads start while the piece is filled.
    if (this.#used > PIECE_BYTES / 4 && !this.#isMuch) {
      this.#isMuch = true;
      this.#options.pool.start();
    }
  }

  /**
   * Calls back, in order, when what is in the stream by now has been compressed.
   *
   * @param last - that many bytes at the end of the stream, all in this piece, are hashed by the thread that compresses them; 0 for none
   */
  afterwards(last: number, call: (sha256: string) => void): void {
    if (last > 0) this.#parts.push(this.#used - last, last);
    this.#afterwards.push({ wantsDigest: last > 0, call });
  }

  /** Ends the piece here, though it may be short, and begins the next. */
  async flush(): Promise<void> {
    if (this.#used === 0) return;
    const { pool, compression, inFlight } = this.#options;
    const size = this.#used;
    const piece = { buffer: this.#piece.buffer, length: size, parts: this.#parts };
    const framed = pool.compress(piece, compression);
    // It is awaited later; until then a failure must not count as unhandled.
    framed.catch(() => undefined);
    this.#pending.push({ size, framed, afterwards: this.#afterwards });
    this.#parts = [];
    this.#afterwards = [];
    this.#before += size;
    this.#used = 0;
    while (this.#pending.length >= inFlight) await this.#writeOldest();
    this.#piece = new Uint8Array(this.#spares.pop() ?? new ArrayBuffer(PIECE_BYTES));
  }

  /** Flushes and waits until every frame is written. */
  async drain(): Promise<void> {
    await this.flush();
    while (this.#pending.length > 0) await this.#writeOldest();
  }

  async #writeOldest(): Promise<void> {
    const oldest = this.#pending.shift();
    if (oldest === undefined) return;
    const { bytes, spare, digests } = await oldest.framed;
    await this.#options.file.ready();
    this.#options.file.addFrame(bytes, oldest.size);
    freeBuffer(bytes.buffer);
    this.#spares.push(spare);
    let next = 0;
    for (const { wantsDigest, call } of oldest.afterwards) call(wantsDigest ? (digests[next++] ?? '') : '');
  }
}

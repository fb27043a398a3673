import { crc32, inflateRawSync } from 'node:zlib';
import { PIECE_BYTES } from '../format/frame.ts';
import { readProblem, type Piece, type PieceOptions, type PieceSource } from './piece-source.ts';

const GZIP_HEADER = Buffer.of(0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff);
const GZIP_FOOTER_BYTES = 8;
/** More than any member of `PIECE_BYTES` takes. */
const GZIP_MEMBER_BYTES: number = PIECE_BYTES + 64 * 1024;

/** Members one after the other. */
export class GzipPieces implements PieceSource {
  readonly #options: PieceOptions;
  #file: number;
  #tar: number;

  constructor(options: PieceOptions, start: { file: number; tar: number }) {
    this.#options = options;
    this.#file = start.file;
    this.#tar = start.tar;
  }

  seek(): void {
    // Members have no table: what lies before is read and passed over.
  }

  async next(): Promise<Piece | null> {
    const { source, layout } = this.#options;
    if (this.#file >= layout.streamEnd) return null;
    const raw = Buffer.alloc(Math.min(GZIP_MEMBER_BYTES, layout.streamEnd - this.#file));
    const damage = await readProblem(source, raw, this.#file);
    const tarOffset = this.#tar;
    try {
      if (damage !== null) throw new Error(damage);
      const { bytes, consumed } = inflateMember(raw);
      this.#file += consumed;
      this.#tar += bytes.length;
      return { tarOffset, size: bytes.length, bytes, problem: '' };
    } catch (error) {
      const problem = error instanceof Error ? error.message : String(error);
      const size = layout.tarSize - tarOffset;
      // Without a table nothing behind the damage can be found.
      this.#file = layout.streamEnd;
      return { tarOffset, size, bytes: null, problem };
    }
  }
}

function inflateMember(raw: Buffer): { bytes: Buffer; consumed: number } {
  if (!raw.subarray(0, GZIP_HEADER.length).equals(GZIP_HEADER)) throw new Error('not the gzip header of a piece');
  // `info` adds the engine to the result, which knows how much of the input the deflate stream took; the typings do not tell.
  const result = inflateRawSync(raw.subarray(GZIP_HEADER.length), {
    info: true,
    chunkSize: PIECE_BYTES,
    maxOutputLength: PIECE_BYTES,
  }) as unknown as { buffer: Buffer; engine: { bytesWritten: number } };
  const bytes = result.buffer;
  const end = GZIP_HEADER.length + result.engine.bytesWritten;
  const footer = raw.subarray(end, end + GZIP_FOOTER_BYTES);
  if (footer.length < GZIP_FOOTER_BYTES || footer.readUInt32LE(0) !== crc32(bytes)) throw new Error('wrong checksum');
  if (footer.readUInt32LE(4) !== bytes.length) throw new Error('wrong length');
  return { bytes, consumed: end + GZIP_FOOTER_BYTES };
}

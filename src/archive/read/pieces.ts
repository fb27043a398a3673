/** The tar stream of an archive, piece by piece. */
import { BackupError } from '../../errors.ts';
import type { ByteSource } from '../../io/byte-source.ts';
import type { FramePool } from '../worker/frame-pool.ts';
import { GzipPieces } from './gzip-pieces.ts';
import type { Layout } from './layout.ts';
import { PlainPieces } from './plain-pieces.ts';
import { ZstdPieces } from './zstd-pieces.ts';

/** `bytes` is null when the piece is damaged, and `problem` says how. Valid until the next call of `next`. */
export interface Piece {
  readonly tarOffset: number;
  /** Bytes of tar that it should hold. */
  readonly size: number;
  readonly bytes: Buffer | null;
  readonly problem: string;
}

export interface PieceSource {
  /** The next piece in order, null after the last. */
  next(): Promise<Piece | null>;
  /** Goes on with the piece that holds this place of the tar stream, or with an earlier one when it cannot be reached directly. */
  seek(tarOffset: number): void;
}

export interface PieceOptions {
  readonly source: ByteSource;
  readonly layout: Layout;
  readonly pool: FramePool;
  /** Frames that are decompressed ahead. */
  readonly ahead: number;
}

/** Begins with the manifest or with the first piece. */
export function openPieces(options: PieceOptions, from: 'start' | 'manifest'): PieceSource {
  const { layout } = options;
  const start =
    from === 'start' ? { file: 0, tar: 0 } : { file: layout.manifestFileOffset, tar: layout.manifestTarOffset };
  switch (layout.compression) {
    case 'zstd': {
      const pieces = new ZstdPieces(options);
      pieces.seek(start.tar);
      return pieces;
    }
    case 'gzip':
      return new GzipPieces(options, start);
    case 'none':
      return new PlainPieces(options, start.tar);
  }
}

/** @throws BackupError `archive_corrupt` that says which part of the tar stream is gone */
export function soundBytes(piece: Piece): Buffer {
  if (piece.bytes !== null) return piece.bytes;
  const place = `bytes ${String(piece.tarOffset)} to ${String(piece.tarOffset + piece.size)} of the tar stream`;
  throw new BackupError('archive_corrupt', `The archive is damaged in ${place}: ${piece.problem}.`);
}

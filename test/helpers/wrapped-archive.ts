/** Makes a whole archive file of a tar stream: compressed, with trailer and seek table that fit it, and perhaps encrypted. */
import { createHash } from 'node:crypto';
import { openAgeSealer } from '../../src/archive/encryption/age-sealer.ts';
import { compressFrame, PIECE_BYTES } from '../../src/archive/format/frame.ts';
import { encodeSeekTable, type FrameSizes } from '../../src/archive/format/seek-table.ts';
import {
  encodeGzipTrailer,
  encodeZstdTrailer,
  ZSTD_TRAILER_BYTES,
  type Trailer,
} from '../../src/archive/format/trailer.ts';
import type { Encryption, KeySet } from '../../src/backup-request.ts';
import type { Compression } from '../../src/model.ts';
import { IDENTITY, RECIPIENT } from './age.ts';

/** One way in which an archive is stored. */
export interface Wrapping {
  readonly compression: Compression;
  readonly keys: KeySet | null;
}

const KEYS: KeySet = { identities: [IDENTITY], passphrases: [] };

/** Every compression, and each of them encrypted; by their names. */
export const WRAPPINGS: Readonly<Record<string, Wrapping>> = Object.fromEntries(
  (['none', 'gzip', 'zstd'] as const).flatMap((compression): [string, Wrapping][] => [
    [compression, { compression, keys: null }],
    [`${compression}, encrypted`, { compression, keys: KEYS }],
  ]),
);

export interface WrapOptions extends Wrapping {
  /** Pieces in the place of those that the tar stream is cut into. */
  readonly pieces?: readonly Piece[];
  /** Behind the last piece, before the trailer, which counts it in. */
  readonly behindPieces?: Buffer;
}

/** A compressed piece, and the bytes that it is said to hold. */
export interface Piece {
  readonly packed: Uint8Array;
  readonly size: number;
}

/** @param manifestAt - where a piece begins, so that the manifest can be read alone */
export async function wrapTar(tar: Buffer, manifestAt: number, options: WrapOptions): Promise<Buffer> {
  const stream = options.compression === 'none' ? tar : compressed(tar, manifestAt, options);
  return options.keys === null ? stream : seal(stream);
}

function compressed(tar: Buffer, manifestAt: number, options: WrapOptions): Buffer {
  const { compression, behindPieces = Buffer.alloc(0) } = options;
  const members = options.pieces ?? cutUp(tar.subarray(0, manifestAt), compression);
  const manifestFileOffset = members.reduce((sum, { packed }) => sum + packed.length, 0);
  const manifestTarOffset = members.reduce((sum, { size }) => sum + size, 0);
  const pieces = [...members, ...cutUp(tar.subarray(manifestAt), compression)];
  const stream = Buffer.concat([...pieces.map(({ packed }) => packed), behindPieces]);
  const trailer: Trailer = {
    manifestTarOffset,
    manifestFileOffset,
    tarSize: pieces.reduce((sum, { size }) => sum + size, 0),
    sha256: createHash('sha256').update(stream).digest(),
  };
  if (compression === 'gzip') return Buffer.concat([stream, encodeGzipTrailer(trailer)]);
  const sizes: FrameSizes[] = pieces.map(({ packed, size }) => ({ compressedSize: packed.length, size }));
  const table = encodeSeekTable([...sizes, { compressedSize: ZSTD_TRAILER_BYTES, size: 0 }]);
  return Buffer.concat([stream, encodeZstdTrailer(trailer), table]);
}

export function cutUp(tar: Buffer, compression: Compression): Piece[] {
  const pieces: Piece[] = [];
  for (let at = 0; at < tar.length; at += PIECE_BYTES) {
    const part = tar.subarray(at, at + PIECE_BYTES);
    pieces.push({ packed: compressFrame(part, compression), size: part.length });
  }
  return pieces;
}

/** An age file of anything. */
export async function seal(
  bytes: Buffer,
  encryption: Encryption = { kind: 'recipients', recipients: [RECIPIENT] },
): Promise<Buffer> {
  const sealer = await openAgeSealer(encryption);
  const body = Buffer.from(sealer.update(bytes));
  return Buffer.concat([body, sealer.final()]);
}

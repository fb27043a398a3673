/** Where in an archive file what lies: pieces, manifest, end. See docs/format.md, section 4. */
import { BackupError } from '../../errors.ts';
import type { ByteSource } from '../../io/byte-source.ts';
import type { Compression } from '../../model.ts';
import { PIECE_BYTES } from '../format/frame.ts';
import { decodeSeekTable, SEEK_FOOTER_BYTES, seekTableLength, type FrameSizes } from '../format/seek-table.ts';
import { decodeTrailer, GZIP_TRAILER_BYTES, ZSTD_TRAILER_BYTES } from '../format/trailer.ts';
import { findPlainManifest } from './plain-manifest.ts';

/** One zstd frame and the part of the tar stream in it. */
export interface FramePlace {
  readonly fileOffset: number;
  readonly compressedSize: number;
  readonly tarOffset: number;
  readonly size: number;
}

export interface Layout {
  readonly compression: Compression;
  /** All frames of a zstd archive; empty for the others, whose pieces are found by reading on. */
  readonly frames: readonly FramePlace[];
  /** Bytes of the compressed stream, without trailer and seek table. */
  readonly streamEnd: number;
  readonly tarSize: number;
  readonly manifestTarOffset: number;
  readonly manifestFileOffset: number;
  /** Of the compressed stream; null when the archive does not tell it. */
  readonly sha256: Buffer | null;
}

/**
 * @throws BackupError `archive_corrupt` when the end of the archive is not what it must be
 */
export async function readLayout(source: ByteSource, compression: Compression): Promise<Layout> {
  switch (compression) {
    case 'zstd':
      return zstdLayout(source);
    case 'gzip':
      return gzipLayout(source);
    case 'none':
      return plainLayout(source);
  }
}

async function readAt(source: ByteSource, start: number, length: number): Promise<Buffer> {
  if (start < 0) throw corrupt('the archive is too short');
  const bytes = Buffer.alloc(length);
  await source.read(bytes, start);
  return bytes;
}

async function zstdLayout(source: ByteSource): Promise<Layout> {
  const footer = await readAt(source, source.size - SEEK_FOOTER_BYTES, SEEK_FOOTER_BYTES);
  const length = seekTableLength(footer);
  const entries = decodeSeekTable(await readAt(source, source.size - length, length));
  const last = entries.pop();
  if (last?.size !== 0 || last.compressedSize !== ZSTD_TRAILER_BYTES) throw corrupt('the archive has no trailer');
  const frames = placeFrames(entries);
  const streamEnd = source.size - length - ZSTD_TRAILER_BYTES;
  const end = frames.at(-1);
  if (end === undefined || end.fileOffset + end.compressedSize !== streamEnd) {
    throw corrupt('the seek table does not fit the archive');
  }
  const trailer = decodeTrailer(await readAt(source, streamEnd, ZSTD_TRAILER_BYTES));
  const manifest = frames.find((frame) => frame.tarOffset === trailer.manifestTarOffset);
  if (trailer.tarSize !== end.tarOffset + end.size || manifest?.fileOffset !== trailer.manifestFileOffset) {
    throw corrupt('trailer and seek table contradict each other');
  }
  return { compression: 'zstd', frames, streamEnd, ...trailer };
}

function placeFrames(entries: readonly FrameSizes[]): FramePlace[] {
  let fileOffset = 0;
  let tarOffset = 0;
  return entries.map(({ compressedSize, size }) => {
    if (size === 0 || size > PIECE_BYTES || compressedSize === 0 || compressedSize > 2 * PIECE_BYTES) {
      throw corrupt('the seek table has a frame of an impossible size');
    }
    const place = { fileOffset, compressedSize, tarOffset, size };
    fileOffset += compressedSize;
    tarOffset += size;
    return place;
  });
}

async function gzipLayout(source: ByteSource): Promise<Layout> {
  const streamEnd = source.size - GZIP_TRAILER_BYTES;
  const trailer = decodeTrailer(await readAt(source, streamEnd, GZIP_TRAILER_BYTES));
  if (trailer.manifestFileOffset >= streamEnd || trailer.manifestTarOffset >= trailer.tarSize) {
    throw corrupt('the trailer of the archive points behind its end');
  }
  return { compression: 'gzip', frames: [], streamEnd, ...trailer };
}

async function plainLayout(source: ByteSource): Promise<Layout> {
  const offset = await findPlainManifest(source);
  const { size } = source;
  return {
    compression: 'none',
    frames: [],
    streamEnd: size,
    tarSize: size,
    manifestTarOffset: offset,
    manifestFileOffset: offset,
    sha256: null,
  };
}

function corrupt(what: string): BackupError {
  return new BackupError('archive_corrupt', `${what}: it is cut off or damaged at its end.`);
}

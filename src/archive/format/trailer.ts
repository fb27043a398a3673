/** The trailer behind the compressed stream; see docs/format.md, section 4. */
import { BackupError } from '../../errors.ts';

const MAGIC = Buffer.from('NKTRAIL1', 'latin1');
const TRAILER_MAGIC = 0x184d2a5d;
const CONTENT_BYTES = 64;
const SHA256_AT = 32;
const NOT_TAKEN = Buffer.alloc(CONTENT_BYTES - SHA256_AT);

/** Bytes of the skippable frame, and of the gzip member, that carry it. */
export const ZSTD_TRAILER_BYTES: number = 8 + CONTENT_BYTES;
export const GZIP_TRAILER_BYTES = 90;

export interface Trailer {
  /** Place of the manifest's header in the tar stream. */
  readonly manifestTarOffset: number;
  /** Place of the manifest's first piece in the compressed stream. */
  readonly manifestFileOffset: number;
  /** Length of the tar stream. */
  readonly tarSize: number;
  /** Of the compressed stream up to the trailer, 32 bytes; null when it was not taken. */
  readonly sha256: Buffer | null;
}

function encodeContent(trailer: Trailer): Buffer {
  const content = Buffer.alloc(CONTENT_BYTES);
  MAGIC.copy(content, 0);
  content.writeBigUInt64LE(BigInt(trailer.manifestTarOffset), 8);
  content.writeBigUInt64LE(BigInt(trailer.manifestFileOffset), 16);
  content.writeBigUInt64LE(BigInt(trailer.tarSize), 24);
  trailer.sha256?.copy(content, SHA256_AT);
  return content;
}

export function encodeZstdTrailer(trailer: Trailer): Buffer {
  const header = Buffer.alloc(8);
  header.writeUInt32LE(TRAILER_MAGIC, 0);
  header.writeUInt32LE(CONTENT_BYTES, 4);
  return Buffer.concat([header, encodeContent(trailer)]);
}

/** An empty gzip member: flag FEXTRA, one subfield `NK`, deflate data `03 00`, CRC and length 0. */
export function encodeGzipTrailer(trailer: Trailer): Buffer {
  const header = Buffer.from([
    0x1f,
    0x8b,
    8,
    4,
    0,
    0,
    0,
    0,
    0,
    0xff,
    CONTENT_BYTES + 4,
    0,
    0x4e,
    0x4b,
    CONTENT_BYTES,
    0,
  ]);
  return Buffer.concat([header, encodeContent(trailer), Buffer.from([3, 0, 0, 0, 0, 0, 0, 0, 0, 0])]);
}

/**
 * Reads a trailer frame of either kind.
 *
 * @param bytes - exactly the frame or member
 * @throws BackupError `archive_corrupt` unless it is to the byte what the encoder makes
 */
export function decodeTrailer(bytes: Buffer): Trailer {
  const gzip = bytes.length === GZIP_TRAILER_BYTES;
  const content = gzip ? bytes.subarray(16, 16 + CONTENT_BYTES) : bytes.subarray(8);
  if (content.length !== CONTENT_BYTES) throw damaged();
  const sha256 = Buffer.from(content.subarray(SHA256_AT));
  const trailer: Trailer = {
    manifestTarOffset: Number(content.readBigUInt64LE(8)),
    manifestFileOffset: Number(content.readBigUInt64LE(16)),
    tarSize: Number(content.readBigUInt64LE(24)),
    sha256: sha256.equals(NOT_TAKEN) ? null : sha256,
  };
  if (!Number.isSafeInteger(trailer.manifestTarOffset + trailer.manifestFileOffset + trailer.tarSize)) throw damaged();
  const again = gzip ? encodeGzipTrailer(trailer) : encodeZstdTrailer(trailer);
  if (!again.equals(bytes)) throw damaged();
  return trailer;
}

function damaged(): BackupError {
  return new BackupError('archive_corrupt', 'the trailer of the archive is damaged');
}

/** The seek table of the zstd seekable format, version 0.1.0; see docs/format.md, section 4. */
import { BackupError } from '../../errors.ts';

const SEEK_TABLE_MAGIC = 0x184d2a5e;
const SEEKABLE_MAGIC = 0x8f92eab1;
const SKIPPABLE_HEADER_BYTES = 8;
export const SEEK_FOOTER_BYTES = 9;
const ENTRY_BYTES = 8;

/** Sizes in bytes of one frame; `size` is 0 for a skippable frame. */
export interface FrameSizes {
  readonly compressedSize: number;
  readonly size: number;
}

/** The whole skippable frame. */
export function encodeSeekTable(frames: readonly FrameSizes[]): Buffer {
  const content = frames.length * ENTRY_BYTES + SEEK_FOOTER_BYTES;
  const table = Buffer.alloc(SKIPPABLE_HEADER_BYTES + content);
  table.writeUInt32LE(SEEK_TABLE_MAGIC, 0);
  table.writeUInt32LE(content, 4);
  let at = SKIPPABLE_HEADER_BYTES;
  for (const frame of frames) {
    table.writeUInt32LE(frame.compressedSize, at);
    table.writeUInt32LE(frame.size, at + 4);
    at += ENTRY_BYTES;
  }
  table.writeUInt32LE(frames.length, at);
  table.writeUInt32LE(SEEKABLE_MAGIC, at + 5);
  return table;
}

/**
 * Bytes of the whole frame, from its last `SEEK_FOOTER_BYTES`.
 *
 * @throws BackupError `archive_corrupt` when they are not such a footer
 */
export function seekTableLength(footer: Buffer): number {
  if (footer.length !== SEEK_FOOTER_BYTES || footer.readUInt32LE(5) !== SEEKABLE_MAGIC) {
    throw new BackupError(
      'archive_corrupt',
      'the archive has no seek table at its end: it is cut off or damaged there',
    );
  }
  return SKIPPABLE_HEADER_BYTES + footer.readUInt32LE(0) * ENTRY_BYTES + SEEK_FOOTER_BYTES;
}

/**
 * The entries of a whole seek table frame.
 *
 * @throws BackupError `archive_corrupt` unless it is to the byte what `encodeSeekTable` makes
 */
export function decodeSeekTable(table: Buffer): FrameSizes[] {
  const length = seekTableLength(table.subarray(-SEEK_FOOTER_BYTES));
  const frames: FrameSizes[] = [];
  for (let at = SKIPPABLE_HEADER_BYTES; at + ENTRY_BYTES + SEEK_FOOTER_BYTES <= table.length; at += ENTRY_BYTES) {
    frames.push({ compressedSize: table.readUInt32LE(at), size: table.readUInt32LE(at + 4) });
  }
  if (length !== table.length || !encodeSeekTable(frames).equals(table)) {
    throw new BackupError('archive_corrupt', 'the seek table of the archive is damaged');
  }
  return frames;
}

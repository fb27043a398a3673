import { writeSync } from 'node:fs';

/** Linux (6.18, ext4) takes ten times as long for writes of 2 MiB and more, which get pages of that size, than for smaller ones. */
const MOST_BYTES = 1024 * 1024;

/**
 * Writes all of the bytes, whatever the system takes at a time.
 *
 * @param position - where they go; null for behind the last write
 */
export function writeAll(fd: number, bytes: Uint8Array, position: number | null = null): void {
  for (let at = 0; at < bytes.length;) {
    const length = Math.min(MOST_BYTES, bytes.length - at);
    at += writeSync(fd, bytes, at, length, position === null ? null : position + at);
  }
}

import { createHash, hash as hashOnce } from 'node:crypto';
import { closeSync, constants, fstatSync, openSync, readSync, type BigIntStats } from 'node:fs';
import { BackupError, toBackupError } from '../../errors.ts';
import type { PieceWriter } from './piece-writer.ts';

/** A file may have been replaced by a link or a FIFO since it was looked at: neither is followed or waited for. */
const OPEN_FLAGS = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;

export interface ReadFile {
  /** Null when the content is the last of this piece and is to be hashed there. */
  readonly sha256: string | null;
  /** Null when the content is what the file held when it was looked at. */
  readonly changed: string | null;
  /** Why the rest of the file could not be read; zeros stand in its place. */
  readonly error: unknown;
}

export function openForReading(path: Buffer): number {
  return openSync(path, OPEN_FLAGS);
}

/**
 * Puts exactly `stat.size` bytes of an open file into the pieces: cut if it grew, filled with zeros if it shrank. Closes it.
 *
 * @param stat - what the header already says of the file
 */
export function* readInto(
  pieces: PieceWriter,
  fd: number,
  stat: BigIntStats,
): Generator<undefined, ReadFile, undefined> {
  const size = Number(stat.size);
  const whole = size <= pieces.room().length;
  const hash = whole ? null : createHash('sha256');
  let short = false;
  let failure: unknown = null;
  try {
    for (let left = size; left > 0;) {
      if (pieces.full) yield;
      const room = pieces.room();
      const target = room.length > left ? room.subarray(0, left) : room;
      const { filled, error } = short ? NOTHING : fill(fd, target);
      failure ??= error;
      if (filled < target.length) {
        short = true;
        target.fill(0, filled);
      }
      pieces.advance(target.length);
      left -= target.length;
      hash?.update(target);
    }
    const digest = size === 0 ? EMPTY_SHA256 : (hash?.digest('hex') ?? null);
    return { sha256: digest, changed: short ? 'became shorter' : change(fd, stat), error: failure };
  } finally {
    closeSync(fd);
  }
}

const EMPTY_SHA256 = hashOnce('sha256', '', 'hex');

interface Filled {
  readonly filled: number;
  readonly error: unknown;
}

const NOTHING: Filled = { filled: 0, error: null };

/** Reads until `target` is full, the file ends, or it cannot be read further. */
function fill(fd: number, target: Uint8Array): Filled {
  let filled = 0;
  try {
    while (filled < target.length) {
      const count = readSync(fd, target, filled, target.length - filled, null);
      if (count === 0) break;
      filled += count;
    }
    return { filled, error: null };
  } catch (error) {
    return { filled, error };
  }
}

function change(fd: number, before: BigIntStats): string | null {
  const after = fstatSync(fd);
  if (after.ino !== Number(before.ino)) return 'was replaced';
  if (after.size > Number(before.size)) return 'grew';
  if (after.size < Number(before.size)) return 'became shorter';
  return after.mtimeMs === milliseconds(before.mtimeNs) && after.ctimeMs === milliseconds(before.ctimeNs)
    ? null
    : 'was written to';
}

/** As `Stats` computes it, so that equal times give equal numbers. */
function milliseconds(ns: bigint): number {
  return Number(ns / 1_000_000_000n) * 1000 + Number(ns % 1_000_000_000n) / 1e6;
}

/** Reads a small file whole. */
export function readWhole(path: Buffer, limit: number): Buffer {
  const fd = openForReading(path);
  try {
    const size = fstatSync(fd).size;
    if (size > limit) {
      throw new BackupError('source_unreadable', `${path.toString()} has ${String(size)} bytes, more than expected`);
    }
    const bytes = Buffer.alloc(size);
    const { filled, error } = fill(fd, bytes);
    if (error !== null) throw toBackupError(error, 'source_unreadable', `Cannot read ${path.toString()}`);
    return bytes.subarray(0, filled);
  } finally {
    closeSync(fd);
  }
}

/** What is an SQLite database, by its first bytes: names say nothing. See https://sqlite.org/fileformat2.html */
import { readSync, type BigIntStats } from 'node:fs';

const MAGIC = Buffer.from('SQLite format 3\0', 'latin1');
/** Holds the byte that tells the journal mode. */
const HEAD_BYTES = 20;
const WRITE_VERSION = 18;
const WAL_VERSION = 2;
/** Each page size is a multiple of it, and each database of its page size. */
const SMALLEST_PAGE = 512n;

/** What SQLite keeps beside a database of that name. */
export const COMPANIONS = ['-wal', '-shm', '-journal'] as const;

/** Whether looking at its first bytes is worth it: rules out nearly all files, at no cost. */
export function mayBeDatabase({ size }: BigIntStats): boolean {
  return size > 0n && size % SMALLEST_PAGE === 0n;
}

/** @returns how its writers work, null when it is no database */
export function journalModeOf(fd: number): 'wal' | 'rollback' | null {
  const head = Buffer.alloc(HEAD_BYTES);
  const count = readSync(fd, head, 0, HEAD_BYTES, 0);
  if (count < HEAD_BYTES || !head.subarray(0, MAGIC.length).equals(MAGIC)) return null;
  return head[WRITE_VERSION] === WAL_VERSION ? 'wal' : 'rollback';
}

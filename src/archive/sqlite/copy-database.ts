/** Makes a sound copy of a database that may be in use. Runs in a process of its own: see `DatabaseCopier`. */
import {
  closeSync,
  createReadStream,
  createWriteStream,
  existsSync,
  openSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import type { BigIntStats } from 'node:fs';
import { dirname } from 'node:path';
import { pathToFileURL } from 'node:url';
import { pipeline } from 'node:stream/promises';
import type { backup, DatabaseSync } from 'node:sqlite';
import { systemClock } from '../../clock.ts';
import { formatBytes } from '../../io/format-bytes.ts';
import { freeSpace } from '../../io/free-space.ts';
import type { CopyOrder, CopyReply } from './copy-message.ts';
import { COMPANIONS, journalModeOf } from './recognise.ts';

/** The part of Node.js that copies databases; null where it is missing. */
export interface Sqlite {
  readonly DatabaseSync: typeof DatabaseSync;
  readonly backup: typeof backup;
}

const FILE_MODE = 0o600;
/** All pages in one step: a copy in several begins anew whenever somebody writes. */
const ALL_PAGES = 2_147_483_647;
/** A file system tells times in steps of some milliseconds, FAT of two seconds: what was written just now may be written again unseen. */
const QUIET_MS = 4000;
const STEP_MS = 100;
/** What else may need space there meanwhile. */
const SPARE_BYTES = 16 * 1024 * 1024;

export async function copyDatabase(order: CopyOrder, sqlite: Sqlite | null): Promise<CopyReply> {
  const path = Buffer.from(order.path);
  const mode = modeOf(path);
  if (mode === null) return { kind: 'none', why: null };
  const before = await quietOrInUse(path, mode);
  const needed = sizeOf(path) + sizeOf(besides(path, '-wal'));
  const free = await freeSpace(dirname(order.copy));
  if (free < needed + SPARE_BYTES) {
    const what = `copying it needs ${formatBytes(needed)} beside the archive, and ${formatBytes(free)} are free`;
    return { kind: 'none', why: before === null ? asFile(what) : null };
  }
  if (before !== null && (await copyQuiet(path, order.copy, before))) return { kind: 'copied', why: null, heldMs: 0 };
  if (sqlite === null)
    return copyRaw(path, order.copy, `This Node.js (${process.version}) cannot copy databases in use`);
  try {
    const heldMs = await copyOnline(order, sqlite);
    return { kind: 'copied', why: null, heldMs: mode === 'wal' ? 0 : heldMs };
  } catch (error) {
    removeCopy(order.copy);
    return copyRaw(path, order.copy, explain(error, order));
  }
}

/** Removes a copy that is not wanted any more, and what SQLite may have left beside it. */
export function removeCopy(copy: string): void {
  for (const ending of ['', ...COMPANIONS]) rmSync(`${copy}${ending}`, { force: true });
}

function modeOf(path: Buffer): ReturnType<typeof journalModeOf> {
  let fd: number;
  try {
    fd = openSync(path, 'r');
  } catch {
    // Whoever reads it as a file finds out why.
    return null;
  }
  try {
    return journalModeOf(fd);
  } finally {
    closeSync(fd);
  }
}

const besides = (path: Buffer, ending: string): Buffer => Buffer.concat([path, Buffer.from(ending)]);

function sizeOf(path: Buffer): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}

/**
 * SQLite would leave files beside a database in WAL mode that nobody has open, so one that was written to just now is waited for.
 *
 * @returns as `quietStat`
 */
async function quietOrInUse(path: Buffer, mode: 'wal' | 'rollback'): Promise<BigIntStats | null> {
  let stat = quietStat(path);
  const isAlone = (): boolean => mode === 'wal' && !existsSync(besides(path, '-wal'));
  for (let waited = 0; stat === null && isAlone() && waited <= QUIET_MS; waited += STEP_MS) {
    await new Promise<void>((resolve) => {
      systemClock.setTimer(STEP_MS, resolve);
    });
    stat = quietStat(path);
  }
  return stat;
}

/** Of a database that nobody is writing to, null of any other. */
function quietStat(path: Buffer): BigIntStats | null {
  const isInUse = ['-wal', '-journal'].some((ending) => sizeOf(besides(path, ending)) > 0);
  const stat = statSync(path, { bigint: true });
  const age = systemClock.now() - Number(stat.mtimeNs / 1_000_000n);
  return isInUse || age < QUIET_MS ? null : stat;
}

/**
 * As a file, which leaves nothing beside the database, as SQLite does for one in WAL mode.
 *
 * @returns false, and no copy, when somebody wrote meanwhile
 */
async function copyQuiet(path: Buffer, copy: string, before: BigIntStats): Promise<boolean> {
  await copyBytes(path, copy);
  const after = quietStat(path);
  const isSame = (['ino', 'size', 'mtimeNs', 'ctimeNs'] as const).every((field) => after?.[field] === before[field]);
  if (!isSame) removeCopy(copy);
  return isSame;
}

async function copyBytes(path: Buffer, copy: string): Promise<void> {
  await pipeline(
    createReadStream(path, { highWaterMark: 1024 * 1024 }),
    createWriteStream(copy, { flags: 'wx', mode: FILE_MODE }),
  );
}

/** @returns how long the database was locked for writers that are not in WAL mode, in milliseconds */
async function copyOnline({ path, copy, lockedMs }: CopyOrder, { DatabaseSync, backup }: Sqlite): Promise<number> {
  const database = new DatabaseSync(Buffer.from(path), { readOnly: true, timeout: lockedMs });
  try {
    // Waits for the lock apart from the copying, so that the time of the latter is known.
    database.exec('BEGIN; SELECT 1 FROM sqlite_master LIMIT 1');
    const since = systemClock.monotonic();
    writeFileSync(copy, '', { flag: 'wx', mode: FILE_MODE });
    await backup(database, withoutLocks(copy), { rate: ALL_PAGES });
    return Math.round(systemClock.monotonic() - since);
  } finally {
    database.close();
  }
}

/** Nobody else knows of the copy, and a mounted share may have no locks. */
function withoutLocks(copy: string): URL {
  const url = pathToFileURL(copy);
  url.search = '?nolock=1';
  return url;
}

async function copyRaw(path: Buffer, copy: string, what: string): Promise<CopyReply> {
  await copyBytes(path, copy);
  return { kind: 'copied', why: asFile(what), heldMs: 0 };
}

function asFile(what: string): string {
  return `${what}, so it was read like any other file and may not open`;
}

function explain(error: unknown, { lockedMs }: CopyOrder): string {
  const { errcode } = error as { readonly errcode?: unknown };
  const text = error instanceof Error ? error.message : String(error);
  const isLocked = typeof errcode === 'number' && (errcode & 0xff) === 5;
  return isLocked
    ? `the database stayed locked for ${String(lockedMs / 1000)} s`
    : `SQLite could not copy it (${text})`;
}

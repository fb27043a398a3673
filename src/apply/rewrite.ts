/** A file written over where it lies, forwards and backwards. Each may be killed anywhere and called again; each ends on disk before it returns. */
import { createHash } from 'node:crypto';
import {
  closeSync,
  constants,
  copyFileSync,
  existsSync,
  fsyncSync,
  ftruncateSync,
  futimesSync,
  openSync,
  readFileSync,
  renameSync,
  statSync,
  utimesSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { fsyncPath } from '../io/fsync.ts';
import { writeAll } from '../io/write-all.ts';
import type { RewriteStep } from './step.ts';

/** Keeps a file as it is, its time as well; what lies at `to` is replaced in one go. */
export function keepCopy(from: string, to: string): void {
  const partial = `${to}.partial`;
  copyFileSync(from, partial);
  const { atime, mtime } = statSync(from);
  utimesSync(partial, atime, mtime);
  fsyncPath(partial);
  renameSync(partial, to);
  fsyncPath(dirname(to));
}

/** @returns null when it is not there */
export function hashOf(path: string): string | null {
  if (!existsSync(path)) return null;
  return createHash('sha256').update(readFileSync(path)).digest('hex');
}

export function rewriteIn(step: RewriteStep): void {
  const { target, next, before, hashes } = step;
  const now = hashOf(target);
  if (now === hashes.next) return;
  if (now !== null && now !== hashes.before && !isCutOff(target, next, before)) keepOdd(step);
  writeOver(target, next);
}

export function rewriteOut(step: RewriteStep): void {
  const { target, next, before, hashes } = step;
  const now = hashOf(target);
  if (now === hashes.before) return;
  const isOurs =
    now === null || now === hashes.next || isCutOff(target, next, before) || isCutOff(target, before, next);
  if (!isOurs) keepOdd(step);
  writeOver(target, before);
}

/** Whether a file is what is left of writing `coming` over `going`: the one as far as it came, and from there on the other. */
function isCutOff(target: string, coming: string, going: string): boolean {
  const [now, one, other] = [target, coming, going].map((path) => readFileSync(path));
  if (now === undefined || one === undefined || other === undefined) return false;
  let at = 0;
  while (at < now.length && now[at] === one[at]) at++;
  return now.subarray(at).equals(other.subarray(at));
}

/** What is neither the old nor the new may be somebody's work. Only the first: what is found later may have been cut off. */
function keepOdd({ target, before }: RewriteStep): void {
  if (!existsSync(`${before}.later`)) keepCopy(target, `${before}.later`);
}

/**
 * It is never shorter on the way than what comes and what was: a full disk cannot keep the old from coming back, and an empty settings.js
 * would let Node-RED start without a login.
 */
function writeOver(target: string, source: string): void {
  const data = readFileSync(source);
  const { atime, mtime } = statSync(source);
  const fd = openSync(target, constants.O_WRONLY | constants.O_CREAT, 0o600);
  try {
    writeAll(fd, data, 0);
    ftruncateSync(fd, data.length);
    setTimes(fd, atime, mtime);
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}

/** Only the owner may, and it is no more than a nicety. */
function setTimes(fd: number, atime: Date, mtime: Date): void {
  try {
    futimesSync(fd, atime, mtime);
  } catch {
    // It has the time of now.
  }
}

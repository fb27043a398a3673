/** One swap, forwards and backwards. Each may be killed anywhere and called again; each ends on disk before it returns. */
import { linkSync, lstatSync, renameSync, unlinkSync, type Stats } from 'node:fs';
import { dirname } from 'node:path';
import { fsyncPath } from '../io/fsync.ts';
import type { SwapStep } from './step.ts';

export function look(path: string): Stats | null {
  return lstatSync(path, { throwIfNoEntry: false }) ?? null;
}

export function swapIn({ target, next, before, had }: SwapStep): void {
  if (next === null) {
    if (had && look(before) === null && look(target) !== null) move(target, before);
    return;
  }
  // What is not there any more has come to its place.
  if (look(next) === null) return;
  if (had && look(before) === null) putAside(target, before, next);
  move(next, target);
}

/** What stands at the target goes back to `next`, also when it is no longer what came from there: nothing is ever lost. */
export function swapOut({ target, next, before, had }: SwapStep): void {
  if (next !== null && look(next) === null && look(target) !== null) putAside(target, next, before);
  if (had) {
    if (next === null) keepLater(before, target);
    putBack(before, target);
    return;
  }
  const [now, kept] = [look(target), next === null ? null : look(next)];
  if (now === null || kept === null || !isSame(now, kept)) return;
  unlinkSync(target);
  sync(target);
}

/** What came into the place of something that was taken away stays beside it. */
function keepLater(before: string, target: string): void {
  const [now, kept] = [look(target), look(before)];
  if (now === null || kept === null || isSame(now, kept)) return;
  move(target, `${before}.later`);
}

/** A file that gives way to a file gets a second name, so that there is no moment without one; all else is moved. */
function putAside(from: string, to: string, coming: string): void {
  const isFile = look(from)?.isFile() === true && look(coming)?.isDirectory() !== true;
  if (!isFile || !tryLink(from, to)) move(from, to);
}

function tryLink(from: string, to: string): boolean {
  try {
    linkSync(from, to);
  } catch {
    return false;
  }
  sync(to);
  return true;
}

function putBack(before: string, target: string): void {
  const kept = look(before);
  if (kept === null) return;
  const now = look(target);
  if (now !== null && isSame(now, kept)) {
    // Two names of one file: a rename between them would do nothing.
    unlinkSync(before);
    sync(before);
    return;
  }
  move(before, target);
}

function isSame(a: Stats, b: Stats): boolean {
  return a.dev === b.dev && a.ino === b.ino;
}

function move(from: string, to: string): void {
  renameSync(from, to);
  sync(to);
  if (dirname(from) !== dirname(to)) sync(from);
}

/** Makes the entry of a path in its folder survive a power cut. */
function sync(path: string): void {
  fsyncPath(dirname(path));
}

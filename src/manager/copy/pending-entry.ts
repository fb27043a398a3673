/** One copy that is tried until it is done or its time is over: its form in memory, and the way from and to the disk. Pure. */
import { isoLocal, parseIso } from '../../clock.ts';
import type { Clock } from '../../clock.ts';
import type { OrphanCopy } from '../../store/copy-files.ts';
import type { StoredCopy } from '../../store/stored-copy.ts';
import { LONGEST_PAUSE_MS } from './copy-pauses.ts';

/** After a start, nothing is tried before the flows and their locations have had time to come. */
const START_PAUSE_MS = 15_000;

/** What is the same in all tries of a copy. */
export type CopyTask = Omit<StoredCopy, 'since' | 'until' | 'tries' | 'next_try' | 'last_error'>;

/** Moments are of `Clock.monotonic`, because the time of day may be set meanwhile. */
export interface PendingEntry {
  task: CopyTask;
  readonly retryForMs: number;
  /** A try that begins then or later is the last. */
  readonly deadline: number;
  due: number;
  /** Tries that were begun. */
  tries: number;
  lastError: StoredCopy['last_error'];
  running: boolean;
  /** Takes over the file that another process left; null once it is ours. */
  claim: OrphanCopy['claim'] | null;
}

export function newEntry(task: CopyTask, retryForMs: number, clock: Clock): PendingEntry {
  const now = clock.monotonic();
  const deadline = now + retryForMs;
  return { task, retryForMs, deadline, due: now, tries: 0, lastError: null, running: true, claim: null };
}

/** The time of day may be wrong now, or have been wrong then: no moment is believed that is farther away than it can be. */
export function adoptedEntry({ copy, claim }: OrphanCopy, clock: Clock): PendingEntry {
  const { since, until, tries, next_try, last_error: lastError, ...task } = copy;
  const [wall, now] = [clock.now(), clock.monotonic()];
  const retryForMs = Math.max(0, parseIso(until) - parseIso(since));
  const left = Math.max(START_PAUSE_MS, Math.min(parseIso(until) - wall, retryForMs));
  const pause = Math.max(START_PAUSE_MS, Math.min(parseIso(next_try) - wall, LONGEST_PAUSE_MS));
  const due = now + Math.min(pause, left);
  return { task, retryForMs, deadline: now + left, due, tries, lastError, running: false, claim };
}

export function storedCopy(entry: PendingEntry, clock: Clock): StoredCopy {
  const [wall, now] = [clock.now(), clock.monotonic()];
  const until = wall + entry.deadline - now;
  return {
    ...entry.task,
    since: isoLocal(until - entry.retryForMs),
    until: isoLocal(until),
    tries: entry.tries,
    next_try: isoLocal(wall + Math.max(0, entry.due - now)),
    last_error: entry.lastError,
  };
}

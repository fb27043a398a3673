/**
 * When a schedule is due. A time of day is due exactly once a day: when the clocks go forward over it, at the moment they do; when they
 * go back over it, the first of the two times. A line with `*` or `/` in minute or hour means a rhythm: it is due at each
 * time that the clock shows and that fits it, at both of two and at none that is left out.
 */
import { Cron } from 'croner';
import { dateOf } from '../clock.ts';
import { BackupError } from '../errors.ts';
import { checkSchedule } from './schedule.ts';
import { CRON_OPTIONS } from './cron-problem.ts';
import type { Schedule } from './schedule.ts';

/**
 * The first time that is due after a moment; pure.
 *
 * @param afterMs - milliseconds since the epoch
 * @returns milliseconds since the epoch, or null when there is none any more, as for 31 February
 * @throws BackupError `invalid_request` when the schedule is none
 */
export function nextRun(schedule: Schedule, afterMs: number): number | null {
  return cronOf(schedule).nextRun(dateOf(afterMs))?.getTime() ?? null;
}

/**
 * The first times that are due after a moment, for people.
 *
 * @throws BackupError `invalid_request` when there is none
 */
export function nextRuns(schedule: Schedule, afterMs: number, count: number): readonly number[] {
  const runs = cronOf(schedule).nextRuns(count, dateOf(afterMs));
  if (runs.length > 0) return runs.map((run) => run.getTime());
  throw new BackupError('invalid_request', `"${schedule.cron}" is never due: there is no such date. Give another one.`);
}

/** Schedules are never changed, and reading one takes longer than using it. */
const known = new WeakMap<Schedule, Cron>();

function cronOf(schedule: Schedule): Cron {
  const before = known.get(schedule);
  if (before !== undefined) return before;
  checkSchedule(schedule);
  const { cron, timeZone } = schedule;
  const read = new Cron(cron.trim(), { ...CRON_OPTIONS, ...(timeZone === null ? {} : { timezone: timeZone }) });
  known.set(schedule, read);
  return read;
}

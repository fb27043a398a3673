/** When a plan makes backups by itself. */
import { BackupError } from '../errors.ts';
import { cronProblem } from './cron-problem.ts';

export const WEEKDAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;

export type Weekday = (typeof WEEKDAYS)[number];

export interface Schedule {
  /** Five parts: minute, hour, day of the month, month, day of the week. */
  readonly cron: string;
  /** e.g. `Europe/Berlin`; null for that of this machine. */
  readonly timeZone: string | null;
}

/**
 * @param time - `HH:MM`
 * @param days - at least one
 * @returns the cron line of a time of day on some days of the week
 * @throws BackupError `invalid_request`
 */
export function dailyCron(time: string, days: readonly string[]): string {
  const [, hour, minute] = /^([01]?\d|2[0-3]):([0-5]\d)$/.exec(time.trim()) ?? [];
  if (hour === undefined || minute === undefined) {
    throw new BackupError('invalid_request', `"${time}" is not a time of day. Give one from 00:00 to 23:59.`);
  }
  const chosen = WEEKDAYS.filter((day) => days.includes(day));
  if (chosen.length === 0) {
    throw new BackupError('invalid_request', 'No day of the week is chosen. Tick at least one.');
  }
  const week = chosen.length === WEEKDAYS.length ? '*' : chosen.join(',');
  return `${String(Number(minute))} ${String(Number(hour))} * * ${week}`;
}

/** @throws BackupError `invalid_request` that says what is wrong with the cron line or the time zone */
export function checkSchedule({ cron, timeZone }: Schedule): void {
  const problem = cronProblem(cron) ?? zoneProblem(timeZone);
  if (problem !== null) throw new BackupError('invalid_request', problem);
}

function zoneProblem(timeZone: string | null): string | null {
  if (timeZone === null) return null;
  try {
    new Intl.DateTimeFormat('en', { timeZone });
    return null;
  } catch {
    return `The time zone "${timeZone}" is not known. Give one like Europe/Berlin, or none for that of this machine.`;
  }
}

import { BackupError } from '../errors.ts';
import type { Moment } from './moment.ts';
import { wallTimeBefore } from './moment.ts';

/** A duration of the calendar: how long it is depends on where it is counted from. */
export interface CalendarDuration {
  readonly years: number;
  readonly months: number;
  readonly days: number;
  readonly hours: number;
}

const PATTERN = /^(?:(\d{1,6})y)?(?:(\d{1,6})m)?(?:(\d{1,6})d)?(?:(\d{1,6})h)?$/;

/**
 * Reads `1y2m3d4h`; each part may be left out, but not all.
 *
 * @param key - what the value is called in the message
 * @throws BackupError `invalid_request`
 */
export function parseDuration(key: string, value: unknown): CalendarDuration {
  const parts = typeof value === 'string' ? PATTERN.exec(value.trim()) : null;
  if (parts !== null) {
    const [years = 0, months = 0, days = 0, hours = 0] = parts
      .slice(1)
      .map((part) => Number((part as string | undefined) ?? 0));
    if (years + months + days + hours > 0) return { years, months, days, hours };
  }
  const shown = (JSON.stringify(value) as string | undefined) ?? String(value);
  const what = `${key}: ${shown.slice(0, 100)} is not a duration`;
  throw new BackupError('invalid_request', `${what}. Give years, months, days and hours in this order, e.g. 1y2m3d4h.`);
}

/** The instant so long before a moment, counted in that moment's own offset; milliseconds since the epoch. */
export function instantBefore(moment: Moment, { years, months, days, hours }: CalendarDuration): number {
  return wallTimeBefore(moment, { years, months, days }) - hours * 3_600_000;
}

/** The date of a backup: an instant, and what clock and calendar showed where it was made. */
import { BackupError } from '../errors.ts';

/** Calendar fields are those of the written offset. `month` is 1 to 12. */
export interface Moment {
  /** Milliseconds since the epoch. */
  readonly ms: number;
  readonly year: number;
  readonly month: number;
  readonly day: number;
  readonly hour: number;
}

const ISO = /^\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?(?:Z|[+-]\d\d:\d\d)$/;
const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;

/** Reads an ISO 8601 time with its offset; null when it is none, or says no offset, or there is no such day. */
export function readMoment(date: string): Moment | null {
  if (!ISO.test(date)) return null;
  const [year, month, day] = [two(date, 0) * 100 + two(date, 2), two(date, 5), two(date, 8)];
  const [hour, minute] = [two(date, 11), two(date, 14)];
  const zoneAt = date.endsWith('Z') ? date.length - 1 : date.length - 6;
  const second = zoneAt > 16 ? two(date, 17) : 0;
  const fraction = zoneAt > 19 ? Math.floor(Number(date.slice(19, zoneAt)) * 1000) : 0;
  const offset = date.endsWith('Z') ? 0 : (two(date, zoneAt + 1) * 60 + two(date, zoneAt + 4)) * MINUTE_MS;
  if (month < 1 || month > 12 || day < 1 || day > daysIn(year, month)) return null;
  if (hour > 23 || minute > 59 || second > 59 || offset >= DAY_MS) return null;
  const wall = dayNumber(year, month, day) * DAY_MS + ((hour * 60 + minute) * 60 + second) * 1000 + fraction;
  return { ms: date.charAt(zoneAt) === '-' ? wall + offset : wall - offset, year, month, day, hour };
}

const ZERO = 48;

/** The two digits that stand there. */
function two(text: string, at: number): number {
  return (text.charCodeAt(at) - ZERO) * 10 + text.charCodeAt(at + 1) - ZERO;
}

/** @throws BackupError `invalid_request` that names the backup */
export function momentOf({ backup_id, date }: { readonly backup_id: string; readonly date: string }): Moment {
  const moment = readMoment(date);
  if (moment !== null) return moment;
  const what = `date: "${date.slice(0, 64)}" of backup ${backup_id.slice(0, 64)} is not an ISO 8601 time with an offset`;
  throw new BackupError('invalid_request', `${what}. Give one like 2026-11-20T03:00:00+01:00.`);
}

/** Days since 1 January 1970. A day or month that is out of its range counts on into the neighbours. */
function dayNumber(year: number, month: number, day: number): number {
  // Years that begin in March end with the leap day, so that a month's length does not depend on its year.
  const months = year * 12 + month - 3;
  const marchYear = Math.floor(months / 12);
  const leapDays = Math.floor(marchYear / 4) - Math.floor(marchYear / 100) + Math.floor(marchYear / 400);
  const monthsDays = Math.floor(((months - marchYear * 12) * 153 + 2) / 5);
  return marchYear * 365 + leapDays + monthsDays + day - 719_469;
}

function daysIn(year: number, month: number): number {
  return dayNumber(year, month + 1, 1) - dayNumber(year, month, 1);
}

/** The instant when the clock of the moment's offset showed the same time of day so many years, months and days before. */
export function wallTimeBefore(
  { ms, year, month, day }: Moment,
  { years, months, days }: { readonly years: number; readonly months: number; readonly days: number },
): number {
  return ms - (dayNumber(year, month, day) - dayNumber(year - years, month - months, day - days)) * DAY_MS;
}

/** ISO 8601 year and week as one number, e.g. 202653: weeks begin on Monday and belong to the year of their Thursday. */
export function isoWeek({ year, month, day }: Moment): number {
  const days = dayNumber(year, month, day);
  // 1 January 1970 was a Thursday.
  const thursday = days - ((((days + 3) % 7) + 7) % 7) + 3;
  let weekYear = year;
  if (thursday < dayNumber(year, 1, 1)) weekYear--;
  else if (thursday >= dayNumber(year + 1, 1, 1)) weekYear++;
  return weekYear * 100 + Math.floor((thursday - dayNumber(weekYear, 1, 1)) / 7) + 1;
}

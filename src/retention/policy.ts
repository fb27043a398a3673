/** What a retention policy is. Semantics are those of restic 0.16 and newer; see docs/retention.md. */
import { BackupError } from '../errors.ts';
import type { BackupId } from '../model.ts';
import type { CalendarDuration } from './duration.ts';
import { parseDuration } from './duration.ts';

/** Keeps the newest backup of each of so many periods that have one; -1 for all periods, 0 for none. */
export const COUNT_KEYS = [
  'keep_last',
  'keep_hourly',
  'keep_daily',
  'keep_weekly',
  'keep_monthly',
  'keep_yearly',
] as const;

/** Keep what is not older than that before the newest backup: all of it, or the newest of each period. */
export const WITHIN_KEYS = [
  'keep_within',
  'keep_within_hourly',
  'keep_within_daily',
  'keep_within_weekly',
  'keep_within_monthly',
  'keep_within_yearly',
] as const;

export type CountKey = (typeof COUNT_KEYS)[number];
export type WithinKey = (typeof WITHIN_KEYS)[number];

/** A policy as people write it: counts are whole numbers, durations look like `1y2m3d4h`. */
export type RetentionPolicy = Readonly<Partial<Record<CountKey, number> & Record<WithinKey, string>>>;

/** A policy that was found to be in order; rules that are off are not in it. */
export interface ParsedPolicy {
  /** 1 or more, `Infinity` for all. */
  readonly counts: ReadonlyMap<CountKey, number>;
  readonly durations: ReadonlyMap<WithinKey, CalendarDuration>;
}

/** What became of one backup. */
export interface Decision {
  readonly backup_id: BackupId;
  readonly keep: boolean;
  /**
   * The rules that keep it, e.g. `keep_daily`, `keep_yearly:oldest`, or what protects it, e.g. `guard:pinned`. For one that goes:
   * `expired`, or nothing when no rule keeps it.
   */
  readonly reasons: readonly string[];
}

/** More than anybody has backups: a larger count is a slip. */
const MAX_COUNT = 1_000_000;

const isIn = <T extends string>(keys: readonly T[], key: string): key is T => keys.some((known) => known === key);

/**
 * Checks a policy that comes from anywhere. A count of 0 or null, and a duration of null, are rules that are off.
 *
 * @throws BackupError `invalid_request` that names the key and says what is wrong
 */
export function parsePolicy(policy: unknown): ParsedPolicy {
  if (typeof policy !== 'object' || policy === null || Array.isArray(policy)) {
    throw new BackupError('invalid_request', 'policy: it is not an object. Give one, e.g. {"keep_daily": 7}.');
  }
  const counts = new Map<CountKey, number>();
  const durations = new Map<WithinKey, CalendarDuration>();
  for (const [key, value] of Object.entries(policy) as [string, unknown][]) {
    if (isIn(COUNT_KEYS, key)) {
      const count = value === null || value === undefined ? 0 : parseCount(key, value);
      if (count > 0) counts.set(key, count);
    } else if (isIn(WITHIN_KEYS, key)) {
      if (value !== null && value !== undefined) durations.set(key, parseDuration(key, value));
    } else {
      const known = [...COUNT_KEYS, ...WITHIN_KEYS].join(', ');
      throw new BackupError('invalid_request', `policy: there is no rule "${key.slice(0, 100)}". There are: ${known}.`);
    }
  }
  return { counts, durations };
}

function parseCount(key: CountKey, value: unknown): number {
  if (value === -1) return Infinity;
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 && value <= MAX_COUNT) return value;
  const shown = typeof value === 'number' ? String(value) : JSON.stringify(value);
  const what = `${key}: ${shown.slice(0, 100)} is not a whole number from 0 to ${String(MAX_COUNT)}`;
  throw new BackupError('invalid_request', `${what}. Give one, or -1 to keep all.`);
}

export function isEmptyPolicy({ counts, durations }: ParsedPolicy): boolean {
  return counts.size === 0 && durations.size === 0;
}

import type { CalendarDuration } from './duration.ts';
import { COUNT_KEYS, isEmptyPolicy, parsePolicy, WITHIN_KEYS } from './policy.ts';
import type { CountKey, RetentionPolicy, WithinKey } from './policy.ts';

const UNITS: Readonly<Record<Exclude<CountKey, 'keep_last'> | Exclude<WithinKey, 'keep_within'>, string>> = {
  keep_hourly: 'hour',
  keep_daily: 'day',
  keep_weekly: 'week',
  keep_monthly: 'month',
  keep_yearly: 'year',
  keep_within_hourly: 'hour',
  keep_within_daily: 'day',
  keep_within_weekly: 'week',
  keep_within_monthly: 'month',
  keep_within_yearly: 'year',
};

/**
 * A policy in words, for people, e.g. "The last backup of each of the newest 7 days and 4 weeks that have one."
 *
 * @throws BackupError `invalid_request` when the policy is not in order
 */
export function describePolicy(policy: RetentionPolicy): string {
  const parsed = parsePolicy(policy);
  if (isEmptyPolicy(parsed)) return 'No rules: everything is kept.';
  const last = parsed.counts.get('keep_last');
  const periods = COUNT_KEYS.flatMap((key) => {
    const count = parsed.counts.get(key);
    return key === 'keep_last' || count === undefined ? [] : [counted(count, UNITS[key])];
  });
  const within = parsed.durations.get('keep_within');
  const spans = WITHIN_KEYS.flatMap((key) => {
    const span = parsed.durations.get(key);
    if (key === 'keep_within' || span === undefined) return [];
    return [`the last backup of each ${UNITS[key]} within ${describeDuration(span)} before the newest`];
  });
  const parts = [
    ...(last === undefined ? [] : [lastOnes(last)]),
    ...(periods.length === 0 ? [] : [`the last backup of each of the newest ${list(periods)} that have one`]),
    ...(within === undefined ? [] : [`all backups within ${describeDuration(within)} before the newest`]),
    ...spans,
  ];
  const text = parts.join('; ');
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}

function lastOnes(count: number): string {
  if (count === Infinity) return 'all backups';
  return count === 1 ? 'the last backup' : `the last ${String(count)} backups`;
}

function counted(count: number, unit: string): string {
  if (count === Infinity) return `${unit}s without end`;
  return `${String(count)} ${unit}${count === 1 ? '' : 's'}`;
}

function describeDuration({ years, months, days, hours }: CalendarDuration): string {
  const parts = [
    [years, 'year'],
    [months, 'month'],
    [days, 'day'],
    [hours, 'hour'],
  ] as const;
  return list(parts.filter(([count]) => count > 0).map(([count, unit]) => counted(count, unit)));
}

/** `a`, `a and b`, `a, b and c`. */
function list(words: readonly string[]): string {
  const [last = ''] = words.slice(-1);
  return words.length < 2 ? last : `${words.slice(0, -1).join(', ')} and ${last}`;
}

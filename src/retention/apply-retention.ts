import { BackupError } from '../errors.ts';
import type { BackupId } from '../model.ts';
import { instantBefore } from './duration.ts';
import { isoWeek, momentOf } from './moment.ts';
import type { Moment } from './moment.ts';
import { isEmptyPolicy, parsePolicy } from './policy.ts';
import type { CountKey, Decision, ParsedPolicy, RetentionPolicy, WithinKey } from './policy.ts';

/** What the rules look at. */
export interface DatedBackup {
  readonly backup_id: BackupId;
  /** ISO 8601 with the offset of where it was made. */
  readonly date: string;
}

interface Dated {
  readonly backup_id: BackupId;
  readonly moment: Moment;
}

/** Names the period that a moment falls into, in the moment's own offset. `place` is 0 for the newest backup. */
type PeriodOf = (moment: Moment, place: number) => number;

const day = ({ year, month, day: number }: Moment): number => (year * 100 + month) * 100 + number;

const PERIODS: Readonly<Record<CountKey | Exclude<WithinKey, 'keep_within'>, PeriodOf>> = {
  keep_last: (_, place) => place,
  keep_hourly: (moment) => day(moment) * 100 + moment.hour,
  keep_daily: day,
  keep_weekly: isoWeek,
  keep_monthly: ({ year, month }) => year * 100 + month,
  keep_yearly: ({ year }) => year,
  keep_within_hourly: (moment) => day(moment) * 100 + moment.hour,
  keep_within_daily: day,
  keep_within_weekly: isoWeek,
  keep_within_monthly: ({ year, month }) => year * 100 + month,
  keep_within_yearly: ({ year }) => year,
};

/** A rule that walks over the backups, newest first. */
interface Rule {
  readonly key: CountKey | WithinKey;
  /** Null where periods do not matter: all that is new enough is kept. */
  readonly periodOf: PeriodOf | null;
  /** Milliseconds since the epoch: only what is newer than that is looked at. */
  readonly newerThan: number;
  left: number;
  period: number | null;
}

const reasonOf = (key: string): readonly [string, string] => [key, `${key}:oldest`];
const REASONS = new Map([...Object.keys(PERIODS), 'keep_within'].map((key) => [key, reasonOf(key)]));

/**
 * Decides by the rules alone what is kept, as restic 0.16 does. Pure; neither the order of the input nor the zone of this machine
 * matters. Of two backups of the same moment, the one with the greater id counts as the newer. An empty policy keeps everything.
 *
 * @param nowMs - milliseconds since the epoch: what is newer than that is no end to count back from
 * @returns one decision a backup, newest first
 * @throws BackupError `invalid_request` for a policy, date or list that is not in order; see `parsePolicy`
 */
export function applyRetention(
  backups: readonly DatedBackup[],
  policy: RetentionPolicy,
  nowMs: number,
): readonly Decision[] {
  const parsed = parsePolicy(policy);
  const sorted = newestFirst(backups);
  if (isEmptyPolicy(parsed)) return sorted.map((backup) => decision(backup, ['guard:empty_policy']));
  const latest = sorted.find(({ moment }) => moment.ms <= nowMs)?.moment ?? null;
  const rules = rulesOf(parsed, latest);
  return sorted.map((backup, place) => {
    const isOldest = place === sorted.length - 1;
    const reasons: string[] = [];
    for (const rule of rules) {
      const reason = ask(rule, backup.moment, { place, isOldest });
      if (reason !== null) reasons.push(reason);
    }
    return decision(backup, reasons);
  });
}

/** @throws BackupError `invalid_request` for a date without offset, or an id that is there twice */
function newestFirst(backups: readonly DatedBackup[]): readonly Dated[] {
  const dated = backups.map((backup) => ({ backup_id: backup.backup_id, moment: momentOf(backup) }));
  const seen = new Set<BackupId>();
  for (const { backup_id } of dated) {
    if (seen.has(backup_id)) {
      const what = `There are two backups with the id ${backup_id.slice(0, 64)}.`;
      throw new BackupError('invalid_request', `${what} Give each backup once.`);
    }
    seen.add(backup_id);
  }
  return dated.sort((a, b) => b.moment.ms - a.moment.ms || (a.backup_id < b.backup_id ? 1 : -1));
}

function decision({ backup_id }: Dated, reasons: readonly string[]): Decision {
  return { backup_id, keep: reasons.length > 0, reasons };
}

/** In the order in which reasons are told. */
function rulesOf({ counts, durations }: ParsedPolicy, latest: Moment | null): readonly Rule[] {
  const newerThan = (key: WithinKey): number => {
    const duration = durations.get(key);
    // Nothing to count back from: all are in the future, and stay.
    return duration === undefined || latest === null ? -Infinity : instantBefore(latest, duration);
  };
  const counted = [...counts].map(([key, left]): Rule => ({
    key,
    periodOf: PERIODS[key],
    newerThan: -Infinity,
    left,
    period: null,
  }));
  const within = [...durations.keys()].map((key): Rule => {
    const periodOf = key === 'keep_within' ? null : PERIODS[key];
    return { key, periodOf, newerThan: newerThan(key), left: Infinity, period: null };
  });
  return [...counted, ...within];
}

interface Place {
  readonly place: number;
  readonly isOldest: boolean;
}

/** @returns why the rule keeps the backup, null when it does not; must be asked of each backup in turn */
function ask(rule: Rule, moment: Moment, { place, isOldest }: Place): string | null {
  if (rule.left === 0 || moment.ms <= rule.newerThan) return null;
  const [reason, reasonForOldest] = REASONS.get(rule.key) ?? reasonOf(rule.key);
  if (rule.periodOf === null) return reason;
  const period = rule.periodOf(moment, place);
  const isNewPeriod = period !== rule.period;
  // The oldest is kept by each rule that still has count left, so that history grows to its full length.
  if (!isNewPeriod && !isOldest) return null;
  rule.period = period;
  rule.left--;
  return isNewPeriod ? reason : reasonForOldest;
}

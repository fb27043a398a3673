import assert from 'node:assert/strict';
import type { Hold } from '../../../src/model.ts';
import type { RetentionPolicy } from '../../../src/retention/policy.ts';
import type { RetainedBackup } from '../../../src/retention/retained-backup.ts';
import { thinGroup } from '../../../src/retention/thin-group.ts';
import { recordFigure } from '../../helpers/figures.ts';
import { groupContext, retained } from '../../helpers/retained.ts';

const DAY_MS = 86_400_000;
const START = Date.UTC(2023, 0, 1);
const NIGHTS = 4 * 365 + 1;
const POLICY: RetentionPolicy = { keep_last: 2, keep_daily: 7, keep_weekly: 4, keep_monthly: 6, keep_yearly: 2 };

/** ISO, as a clock in Berlin writes it: an hour more from the last Sunday of March to that of October. */
function berlin(ms: number): string {
  const year = new Date(ms).getUTCFullYear();
  const lastSunday = (month: number): number => {
    const end = new Date(Date.UTC(year, month + 1, 0, 1));
    return end.getTime() - end.getUTCDay() * DAY_MS;
  };
  const hours = ms >= lastSunday(2) && ms < lastSunday(9) ? 2 : 1;
  return `${new Date(ms + hours * 3_600_000).toISOString().slice(0, -1)}+0${hours}:00`;
}

const isOutage = (night: number): boolean => (night >= 200 && night < 221) || (night >= 800 && night < 845);
const BURST = 500;
const EXCLUDED_FROM = 650;

/** What is made in one night, oldest first. */
function made(night: number): RetainedBackup[] {
  if (isOutage(night)) return [];
  const bytes = (night >= EXCLUDED_FROM ? 300_000 : 1_000_000) + night * 10;
  const count = night === BURST ? 50 : 1;
  const nightly = Array.from({ length: count }, (_, index) => {
    const date = berlin(START + night * DAY_MS + 2 * 3_600_000 + index * 900_000);
    return retained(date, { bytes, backup_id: `nightly ${date}` });
  });
  if (night % 7 !== 3) return nightly;
  const date = berlin(START + night * DAY_MS + 20 * 3_600_000);
  return [...nightly, retained(date, { plan_id: 'weekly', bytes: 50, backup_id: `weekly ${date}` })];
}

/** The Monday of a date's week: another way to tell weeks apart than their numbers. */
function monday(date: string): string {
  const midnight = new Date(`${date.slice(0, 10)}T00:00:00Z`);
  return new Date(midnight.getTime() - ((midnight.getUTCDay() + 6) % 7) * DAY_MS).toISOString();
}

const PERIODS: readonly (readonly [keyof RetentionPolicy, (date: string) => string])[] = [
  ['keep_last', (date) => date],
  ['keep_daily', (date) => date.slice(0, 10)],
  ['keep_weekly', monday],
  ['keep_monthly', (date) => date.slice(0, 7)],
  ['keep_yearly', (date) => date.slice(0, 4)],
];

/** What the rules keep of all that was ever made, worked out in the plainest way. */
function expected(history: readonly RetainedBackup[]): Set<string> {
  const newestFirst = history.toReversed();
  const keep = new Set<string>();
  for (const [key, periodOf] of PERIODS) {
    const newest = new Map<string, string>();
    for (const { backup_id, date } of newestFirst) {
      if (!newest.has(periodOf(date))) newest.set(periodOf(date), backup_id);
    }
    const count = Number(POLICY[key]);
    for (const id of [...newest.values()].slice(0, count)) keep.add(id);
    const oldest = newestFirst.at(-1);
    if (newest.size < count && oldest !== undefined) keep.add(oldest.backup_id);
  }
  return keep;
}

class Location {
  readonly history: RetainedBackup[] = [];
  stored: RetainedBackup[] = [];
  /** Nights in a row in which nothing was deleted. */
  held = 0;
  longestHold = 0;
  readonly reasons = new Set<Hold['reason']>();

  receive(backup: RetainedBackup): void {
    this.history.push(backup);
    this.stored.push(backup);
    const ids = new Set(this.history.map(({ backup_id }) => backup_id));
    const nowMs = Date.parse(backup.date) + 60_000;
    const wasMadeHere = (id: string): boolean => ids.has(id);
    const { decisions, hold } = thinGroup(
      this.stored,
      { policy: POLICY, automaticOnly: true },
      groupContext({ nowMs, wasMadeHere }),
    );
    const keep = new Set(decisions.filter((decision) => decision.keep).map(({ backup_id }) => backup_id));
    this.stored = this.stored.filter(({ backup_id }) => keep.has(backup_id));
    this.held = hold === null ? 0 : this.held + 1;
    this.longestHold = Math.max(this.longestHold, this.held);
    if (hold !== null) this.reasons.add(hold.reason);
  }
}

describe('four years of nightly backups', () => {
  it('leave every night what the rules say, and no hold that does not end', function () {
    const plans = { plan: new Location(), weekly: new Location() };
    let compared = 0;
    for (let night = 0; night < NIGHTS; night++) {
      for (const backup of made(night)) plans[backup.plan_id as keyof typeof plans].receive(backup);
      for (const { stored, history, held } of Object.values(plans)) {
        const wanted = expected(history);
        const there = new Set(stored.map(({ backup_id }) => backup_id));
        for (const id of wanted) assert.ok(there.has(id), `night ${night}: ${id} is gone`);
        if (held === 0) assert.equal(there.size, wanted.size, `night ${night}`);
        compared++;
      }
    }
    assert.equal(compared, 2 * NIGHTS);
    const { plan, weekly } = plans;
    assert.deepEqual([...plan.reasons], ['smaller'], 'the excluded folder was noticed');
    assert.deepEqual([plan.longestHold, weekly.longestHold], [2, 0]);
    recordFigure('retention: four simulated years, two plans', `${compared} of ${compared} nights as the rules say`);
  });
});

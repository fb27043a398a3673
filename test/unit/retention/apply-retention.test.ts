import assert from 'node:assert/strict';
import { applyRetention } from '../../../src/retention/apply-retention.ts';
import type { RetentionPolicy } from '../../../src/retention/policy.ts';
import { nights } from '../../helpers/retained.ts';

const NOW = Date.parse('2026-12-01T00:00:00Z');

const asBackups = (dates: readonly string[]): { backup_id: string; date: string }[] =>
  dates.map((date) => ({ backup_id: date, date }));

/** The kept ones as `date reason reason`, newest first. */
function kept(dates: readonly string[], policy: RetentionPolicy, now = NOW): string[] {
  return applyRetention(asBackups(dates), policy, now)
    .filter(({ keep }) => keep)
    .map(({ backup_id, reasons }) => `${backup_id} ${reasons.join(' ')}`);
}

describe('the rules of retention', () => {
  it('keep the last ones, and no more than there are', () => {
    const dates = ['2026-11-03T03:00:00Z', '2026-11-02T03:00:00Z', '2026-11-01T03:00:00Z'];
    const [first = '', second = '', third = ''] = dates;
    assert.deepEqual(kept(dates, { keep_last: 2 }), [`${first} keep_last`, `${second} keep_last`]);
    assert.equal(kept(dates, { keep_last: 3 }).length, 3);
    assert.equal(kept(dates, { keep_last: 4 }).length, 3);
    assert.deepEqual(kept(dates, { keep_last: -1 }).at(-1), `${third} keep_last`);
  });

  it('keep the newest of each day that has one; days without do not count', () => {
    const dates = ['2026-11-09T22:00:00Z', '2026-11-09T03:00:00Z', '2026-11-01T03:00:00Z', '2026-10-01T03:00:00Z'];
    assert.deepEqual(kept(dates, { keep_daily: 2 }), [
      '2026-11-09T22:00:00Z keep_daily',
      '2026-11-01T03:00:00Z keep_daily',
    ]);
  });

  it('count days and hours by the offset written in each date', () => {
    const dates = ['2026-11-09T00:30:00+02:00', '2026-11-08T23:30:00Z', '2026-11-08T23:10:00+01:00'];
    assert.deepEqual(kept(dates, { keep_hourly: 2 }), [
      '2026-11-08T23:30:00Z keep_hourly',
      '2026-11-09T00:30:00+02:00 keep_hourly',
    ]);
    assert.deepEqual(kept(dates, { keep_daily: 3 }), [
      '2026-11-08T23:30:00Z keep_daily',
      '2026-11-09T00:30:00+02:00 keep_daily',
      '2026-11-08T23:10:00+01:00 keep_daily',
    ]);
  });

  it('count weeks from Monday, also across the end of a year', () => {
    const sunday = '2027-01-03T03:00:00Z';
    const [monday, before] = ['2026-12-28T03:00:00Z', '2026-12-27T03:00:00Z'];
    const dates = [sunday, '2027-01-01T03:00:00Z', monday, before, '2026-12-21T03:00:00Z', '2026-12-14T03:00:00Z'];
    assert.deepEqual(kept(dates, { keep_weekly: 2 }), [`${sunday} keep_weekly`, `${before} keep_weekly`]);
  });

  it('keep the oldest by each rule that has count left', () => {
    const dates = nights('2026-11-20', 5);
    assert.deepEqual(kept(dates, { keep_weekly: 4, keep_yearly: 2 }), [
      '2026-11-20T03:00:00.000Z keep_weekly keep_yearly',
      '2026-11-16T03:00:00.000Z keep_weekly:oldest keep_yearly:oldest',
    ]);
  });

  it('keep what is newer than so long before the newest backup, not before now', () => {
    const dates = nights('2026-11-20', 10);
    const years = Date.parse('2036-01-01T00:00:00Z');
    assert.equal(kept(dates, { keep_within: '3d' }, years).length, 3, 'exactly 3 days before is not newer');
    assert.equal(kept(dates, { keep_within: '3d1h' }, years).length, 4);
    assert.equal(kept(dates, { keep_within: '1000y' }).length, 10);
    assert.equal(kept(dates, { keep_within: '999999y999999m' }).length, 10);
  });

  it('count a month back from 31 March as restic does: 31 February is 3 March', () => {
    const dates = ['2026-03-31T12:00:00Z', '2026-03-03T12:00:01Z', '2026-03-03T12:00:00Z', '2026-02-28T12:00:00Z'];
    assert.deepEqual(kept(dates, { keep_within: '1m' }), [
      '2026-03-31T12:00:00Z keep_within',
      '2026-03-03T12:00:01Z keep_within',
    ]);
  });

  it('count back from the newest that is not in the future', () => {
    const dates = ['2099-01-01T00:00:00Z', ...nights('2026-11-20', 5)];
    assert.equal(kept(dates, { keep_within: '2d' }).length, 3);
    assert.equal(kept(['2099-01-01T00:00:00Z'], { keep_within: '2d' }).length, 1, 'nothing to count back from');
  });

  it('keep the newest of each period within a duration', () => {
    const dates = ['2026-11-20T22:00:00Z', ...nights('2026-11-20', 40)];
    assert.deepEqual(kept(dates, { keep_within_weekly: '20d' }), [
      '2026-11-20T22:00:00Z keep_within_weekly',
      '2026-11-15T03:00:00.000Z keep_within_weekly',
      '2026-11-08T03:00:00.000Z keep_within_weekly',
      '2026-11-01T03:00:00.000Z keep_within_weekly',
    ]);
  });

  it('overlap: one backup can be kept by several', () => {
    const [only = ''] = nights('2026-11-20', 1);
    const policy = { keep_last: 1, keep_hourly: 1, keep_daily: 1, keep_monthly: 1, keep_within: '1h' };
    assert.deepEqual(kept([only], policy), [`${only} keep_last keep_hourly keep_daily keep_monthly keep_within`]);
  });

  it('keep everything when there are none, and say so', () => {
    const dates = nights('2026-11-20', 3);
    for (const policy of [{}, { keep_daily: 0 }]) {
      assert.deepEqual(
        kept(dates, policy),
        dates.map((date) => `${date} guard:empty_policy`),
      );
    }
  });

  it('take the greater id for the newer of two of the same moment, in whatever order they come', () => {
    const twins = ['a', 'b'].map((backup_id) => ({ backup_id, date: '2026-11-20T03:00:00Z' }));
    for (const list of [twins, twins.toReversed()]) {
      const decisions = applyRetention(list, { keep_last: 1 }, NOW);
      assert.deepEqual(
        decisions.map(({ backup_id, keep }) => [backup_id, keep]),
        [
          ['b', true],
          ['a', false],
        ],
      );
    }
  });

  it('keep of "7 daily, 4 weekly, 6 monthly, 2 yearly" what the real restic keeps of two years and of 45 days', () => {
    const policy = { keep_daily: 7, keep_weekly: 4, keep_monthly: 6, keep_yearly: 2 };
    const twoYears = kept(nights('2021-06-30', 730), policy);
    assert.equal(twoYears.length, 15);
    assert.match(twoYears.at(-1) ?? '', /^2020-12-31/);
    const weeks = kept(nights('2021-06-30', 45), policy);
    assert.equal(weeks.length, 11);
    assert.match(weeks.at(-1) ?? '', /^2021-05-17/);
  });

  it('refuse an id that is there twice', () => {
    const twice = asBackups(['2026-11-20T03:00:00Z', '2026-11-20T03:00:00Z']);
    assert.throws(() => applyRetention(twice, { keep_last: 1 }, NOW), {
      code: 'invalid_request',
      message: /two backups with the id/,
    });
  });

  for (const date of [
    '2026-11-20T03:00:00',
    '2026-11-20',
    'yesterday',
    '',
    '2026-02-29T03:00:00Z',
    '2026-13-01T03:00:00Z',
    '2026-11-20T24:00:00Z',
    '2026-11-20T03:60:00Z',
    '2026-11-20T03:00:00+24:00',
    '2026-11-20T03:00:00+0100',
  ]) {
    it(`refuse the date "${date}"`, () => {
      const backups = [{ backup_id: 'x', date }];
      assert.throws(() => applyRetention(backups, { keep_last: 1 }, NOW), {
        code: 'invalid_request',
        message: /^date: .* of backup x is not an ISO 8601 time with an offset\. Give one/,
      });
    });
  }
});

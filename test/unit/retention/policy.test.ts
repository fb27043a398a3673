import assert from 'node:assert/strict';
import { describePolicy } from '../../../src/retention/describe-policy.ts';
import { parsePolicy, type RetentionPolicy } from '../../../src/retention/policy.ts';

const BAD: readonly (readonly [unknown, RegExp])[] = [
  [null, /^policy: it is not an object/],
  [[], /^policy: it is not an object/],
  ['keep_daily', /^policy: it is not an object/],
  [{ keep_dayly: 7 }, /^policy: there is no rule "keep_dayly"\. There are: keep_last, /],
  [{ constructor: 7 }, /^policy: there is no rule "constructor"/],
  [{ keep_daily: -2 }, /^keep_daily: -2 is not a whole number .* Give one, or -1/],
  [{ keep_daily: 1.5 }, /^keep_daily: 1\.5 is not/],
  [{ keep_daily: 1e9 }, /^keep_daily: 1000000000 is not/],
  [{ keep_daily: NaN }, /^keep_daily: NaN is not/],
  [{ keep_daily: Infinity }, /^keep_daily: Infinity is not/],
  [{ keep_daily: '7' }, /^keep_daily: "7" is not/],
  [{ keep_daily: true }, /^keep_daily: true is not/],
  [{ keep_within: 7 }, /^keep_within: 7 is not a duration/],
  [{ keep_within: '' }, /^keep_within: "" is not a duration/],
  [{ keep_within: '7' }, /^keep_within: "7" is not a duration/],
  [{ keep_within: '7w' }, /is not a duration/],
  [{ keep_within: '-7d' }, /is not a duration/],
  [{ keep_within: '1.5d' }, /is not a duration/],
  [{ keep_within: '0d' }, /is not a duration/],
  [{ keep_within: '3h2d' }, /is not a duration. Give years, months, days and hours in this order/],
  [{ keep_within_daily: '1234567d' }, /^keep_within_daily: .* is not a duration/],
];

describe('a retention policy', () => {
  for (const [policy, message] of BAD) {
    it(`is refused when it is ${JSON.stringify(policy)}`, () => {
      assert.throws(() => parsePolicy(policy), { name: 'BackupError', code: 'invalid_request', message });
    });
  }

  it('leaves out rules that are off, and takes -1 for all', () => {
    const { counts, durations } = parsePolicy({
      keep_last: 0,
      keep_daily: null,
      keep_weekly: -1,
      keep_monthly: 1_000_000,
      keep_within: null,
      keep_within_daily: ' 1y2m3d4h ',
    });
    assert.deepEqual(
      [...counts],
      [
        ['keep_weekly', Infinity],
        ['keep_monthly', 1_000_000],
      ],
    );
    assert.deepEqual([...durations], [['keep_within_daily', { years: 1, months: 2, days: 3, hours: 4 }]]);
  });

  const WORDS: readonly (readonly [RetentionPolicy, string])[] = [
    [{}, 'No rules: everything is kept.'],
    [{ keep_last: 1 }, 'The last backup.'],
    [{ keep_last: -1 }, 'All backups.'],
    [{ keep_last: 3 }, 'The last 3 backups.'],
    [{ keep_daily: 1 }, 'The last backup of each of the newest 1 day that have one.'],
    [
      { keep_daily: 7, keep_weekly: 4, keep_monthly: 6 },
      'The last backup of each of the newest 7 days, 4 weeks and 6 months that have one.',
    ],
    [
      { keep_last: 2, keep_yearly: -1 },
      'The last 2 backups; the last backup of each of the newest years without end that have one.',
    ],
    [{ keep_within: '1y2m3d4h' }, 'All backups within 1 year, 2 months, 3 days and 4 hours before the newest.'],
    [{ keep_within_weekly: '2m' }, 'The last backup of each week within 2 months before the newest.'],
  ];
  for (const [policy, words] of WORDS) {
    it(`is "${words}" in words`, () => {
      assert.equal(describePolicy(policy), words);
    });
  }
});

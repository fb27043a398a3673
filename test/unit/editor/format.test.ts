import assert from 'node:assert/strict';
import {
  formatDate,
  formatDay,
  formatList,
  formatPercent,
  formatRelative,
  formatSeconds,
  formatSize,
} from '../../../nodes/editor/format.ts';

/** Intl puts narrow and non-breaking spaces where a language has them. */
const plain = (text: string): string => text.replaceAll(/[\u00a0\u202f]/g, ' ');

describe('what the sidebar shows of numbers and times', () => {
  it('shows sizes with three digits at most, in powers of 1,000', () => {
    const rows: readonly (readonly [number, string])[] = [
      [0, '0 bytes'],
      [1, '1 byte'],
      [999, '999 bytes'],
      [1000, '1 kB'],
      [1234, '1.2 kB'],
      [99_940, '99.9 kB'],
      [99_950, '100 kB'],
      [999_499, '999 kB'],
      // Never "1,000 kB".
      [999_500, '1 MB'],
      [12_300_000, '12.3 MB'],
      [3.4e12, '3.4 TB'],
      [7e18, '7,000 PB'],
    ];
    for (const [bytes, shown] of rows) assert.equal(plain(formatSize(bytes, 'en-US')), shown);
    assert.equal(plain(formatSize(1234, 'de')), '1,2 kB');
  });

  it('tells a moment from now in the coarsest unit of which there is one', () => {
    const now = Date.parse('2026-11-20T12:00:00Z');
    const rows: readonly (readonly [string, string])[] = [
      ['2026-11-20T12:00:59Z', 'now'],
      ['2026-11-20T11:59:00Z', '1 minute ago'],
      ['2026-11-20T11:00:01Z', '59 minutes ago'],
      ['2026-11-20T11:00:00Z', '1 hour ago'],
      ['2026-11-19T12:00:00Z', 'yesterday'],
      ['2026-11-21T03:00:00Z', 'in 15 hours'],
      ['2026-10-20T12:00:00Z', 'last month'],
      ['2024-11-20T12:00:00Z', '2 years ago'],
      ['no date', 'no date'],
    ];
    for (const [iso, shown] of rows) assert.equal(formatRelative(iso, now, 'en-US'), shown, iso);
    assert.equal(formatRelative('2026-11-20T11:00:00Z', now, 'de'), 'vor 1 Stunde');
  });

  it('tells how long something takes in two units at most', () => {
    const rows: readonly (readonly [number, string])[] = [
      [0, '0 sec'],
      [59.4, '59 sec'],
      [60, '1 min'],
      [61, '1 min 1 sec'],
      [3600, '1 hr'],
      [7_260, '2 hr 1 min'],
      [-3, '0 sec'],
    ];
    for (const [seconds, shown] of rows) assert.equal(plain(formatSeconds(seconds, 'en-US')), shown);
  });

  it('rounds no percentage up to what is not done yet', () => {
    assert.equal(formatPercent(99.9, 'en-US'), '99%');
    assert.equal(formatPercent(100, 'en-US'), '100%');
  });

  it('shows a text that is no date as it is', () => {
    assert.equal(formatDate('<b>soon</b>', 'en-US'), '<b>soon</b>');
    assert.match(formatDate('2026-11-20T03:00:00+01:00', 'en-US'), /Nov \d+, 2026/);
  });

  it('shows a day as that day in every time zone', () => {
    assert.equal(formatDay('2026-11-20', 'en-US'), 'Nov 20, 2026');
  });

  it('joins names as the language does', () => {
    assert.equal(formatList(['a', 'b', 'c'], 'en-US'), 'a, b, and c');
    assert.equal(formatList(['a', 'b'], 'de'), 'a und b');
  });
});

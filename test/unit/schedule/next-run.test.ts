import assert from 'node:assert/strict';
import { nextRun, nextRuns } from '../../../src/schedule/next-run.ts';
import { dailyCron } from '../../../src/schedule/schedule.ts';

const at = (iso: string): number => Date.parse(iso);
const isoOf = (ms: number | null): string | null => (ms === null ? null : new Date(ms).toISOString());
const runs = (cron: string, timeZone: string, after: string, count = 3): (string | null)[] =>
  nextRuns({ cron, timeZone }, at(after), count).map(isoOf);

describe('nextRun', () => {
  it('makes a time that the clocks leave out at the moment they go forward', () => {
    assert.deepEqual(runs('30 2 * * *', 'Europe/Berlin', '2026-03-28T12:00:00Z'), [
      '2026-03-29T01:00:00.000Z',
      '2026-03-30T00:30:00.000Z',
      '2026-03-31T00:30:00.000Z',
    ]);
  });

  it('makes a time that comes twice the first time only', () => {
    assert.deepEqual(runs('30 2 * * *', 'Europe/Berlin', '2026-10-24T12:00:00Z', 2), [
      '2026-10-25T00:30:00.000Z',
      '2026-10-26T01:30:00.000Z',
    ]);
  });

  it('treats a list of times as times of day, too', () => {
    assert.deepEqual(runs('30 2,14 * * *', 'Europe/Berlin', '2026-10-24T20:00:00Z', 3), [
      '2026-10-25T00:30:00.000Z',
      '2026-10-25T13:30:00.000Z',
      '2026-10-26T01:30:00.000Z',
    ]);
  });

  it('is never due on a date that does not exist, and every fourth year on 29 February', () => {
    assert.equal(nextRun({ cron: '0 3 31 2 *', timeZone: 'UTC' }, at('2026-01-01T00:00:00Z')), null);
    assert.throws(() => runs('0 3 30 2 *', 'UTC', '2026-01-01T00:00:00Z'), /never due: there is no such date/);
    assert.deepEqual(runs('0 3 29 2 *', 'UTC', '2026-01-01T00:00:00Z', 1), ['2028-02-29T03:00:00.000Z']);
  });

  it('uses the time zone of the machine when none is given, also when that changes', () => {
    const before = process.env['TZ'];
    try {
      process.env['TZ'] = 'America/New_York';
      const schedule = { cron: '0 3 * * *', timeZone: null };
      assert.equal(isoOf(nextRun(schedule, at('2026-06-01T12:00:00Z'))), '2026-06-02T07:00:00.000Z');
      process.env['TZ'] = 'Asia/Tokyo';
      assert.equal(isoOf(nextRun(schedule, at('2026-06-01T12:00:00Z'))), '2026-06-01T18:00:00.000Z');
    } finally {
      if (before === undefined) delete process.env['TZ'];
      else process.env['TZ'] = before;
    }
  });

  for (const [cron, problem] of [
    ['', /is empty/],
    ['0 3 * *', /has 4 parts, not five/],
    ['0 3 * * * *', /has 6 parts, not five/],
    ['60 3 * * *', /Part 1 .* minute, is "60".* 0 to 59/],
    ['0 25 * * *', /Part 2 .* hour, is "25".* 0 to 23/],
    ['0 3 32 * *', /Part 3 .* day of the month, is "32"/],
    ['0 3 * foo *', /Part 4 .* month, is "foo"/],
    ['0 3 * * mond', /Part 5 .* day of the week, is "mond"/],
    ['*/0 3 * * *', /Part 1 .* minute, is "\*\/0"/],
    ['@reboot', /"@reboot" is not a name/],
  ] as const) {
    it(`says where "${cron}" is wrong`, () => {
      assert.throws(() => nextRun({ cron, timeZone: null }, 0), { code: 'invalid_request', message: problem });
    });
  }

  it('says that a time zone is not known', () => {
    assert.throws(() => nextRun({ cron: '0 3 * * *', timeZone: 'Mars/Base' }, 0), {
      code: 'invalid_request',
      message: /time zone "Mars\/Base" is not known/,
    });
  });
});

describe('dailyCron', () => {
  it('writes a time and its days as a cron line', () => {
    assert.equal(dailyCron('03:05', ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat']), '5 3 * * *');
    assert.equal(dailyCron('23:59', ['fri', 'mon']), '59 23 * * mon,fri');
  });

  for (const [time, days, problem] of [
    ['24:00', ['mon'], /"24:00" is not a time of day/],
    ['3', ['mon'], /"3" is not a time of day/],
    ['03:00', [], /No day of the week/],
  ] as const) {
    it(`refuses ${time} on ${days.join() || 'no day'}`, () => {
      assert.throws(() => dailyCron(time, days), { code: 'invalid_request', message: problem });
    });
  }
});

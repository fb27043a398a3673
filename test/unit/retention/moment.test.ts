import assert from 'node:assert/strict';
import { isoWeek, readMoment, wallTimeBefore, type Moment } from '../../../src/retention/moment.ts';

function moment(date: string): Moment {
  const found = readMoment(date);
  assert.ok(found !== null, date);
  return found;
}

describe('the date of a backup', () => {
  it('is the instant that Date.parse reads, for every day of 900 years', () => {
    for (let ms = Date.UTC(1600, 0, 1, 11, 22, 33); ms < Date.UTC(2500, 0, 1); ms += 86_400_000) {
      const text = new Date(ms).toISOString();
      assert.equal(moment(text).ms, ms, text);
    }
    for (const text of ['0000-02-29T00:00:00Z', '0099-12-31T23:59:59.999Z', '9999-12-31T00:00:00.5+14:00']) {
      assert.equal(moment(text).ms, Date.parse(text));
    }
    for (const text of ['2026-11-20T03:00:00.000-03:30', '2026-11-20T03:00+05:45']) {
      assert.equal(moment(text).ms, Date.parse(text));
    }
  });

  it('has the calendar of its own offset', () => {
    const { year, month, day, hour } = moment('2027-01-01T00:30:00+13:00');
    assert.deepEqual([year, month, day, hour], [2027, 1, 1, 0]);
  });

  for (const [date, week] of [
    ['2026-12-28', 202653],
    ['2027-01-03', 202653],
    ['2027-01-04', 202701],
    ['2024-12-30', 202501],
    ['2021-01-01', 202053],
    ['2023-01-01', 202252],
    ['1969-12-28', 196952],
    ['1969-12-29', 197001],
  ] as const) {
    it(`${date} lies in ISO week ${week}`, () => {
      assert.equal(isoWeek(moment(`${date}T12:00:00Z`)), week);
    });
  }

  it('goes back by calendar parts, and on into the next month where a day is missing', () => {
    const from = moment('2024-03-31T12:00:00+02:00');
    const back = (years: number, months: number, days: number): string =>
      new Date(wallTimeBefore(from, { years, months, days })).toISOString();
    assert.equal(back(0, 1, 0), '2024-03-02T10:00:00.000Z');
    assert.equal(back(1, 1, 0), '2023-03-03T10:00:00.000Z');
    assert.equal(back(0, 15, 31), '2022-11-30T10:00:00.000Z');
    assert.equal(back(0, 0, 366), '2023-03-31T10:00:00.000Z');
  });
});

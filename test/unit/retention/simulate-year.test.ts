import assert from 'node:assert/strict';
import { simulateYear } from '../../../src/retention/simulate-year.ts';

const NEWEST = Date.parse('2026-11-20T03:00:00Z');

describe('a simulated year', () => {
  it('has 365 nights, oldest first, and keeps of them what the rules say', () => {
    const nights = simulateYear({ keep_daily: 7, keep_weekly: 4, keep_monthly: 6 }, NEWEST);
    assert.equal(nights.length, 365);
    assert.equal(Date.parse(nights.at(-1)?.date ?? ''), NEWEST);
    const kept = nights.filter(({ reasons }) => reasons.length > 0);
    assert.deepEqual(
      kept.map(({ date }) => new Date(date).toISOString().slice(5, 10)),
      [
        '06-30',
        '07-31',
        '08-31',
        '09-30',
        '10-31',
        '11-01',
        '11-08',
        '11-14',
        '11-15',
        '11-16',
        '11-17',
        '11-18',
        '11-19',
        '11-20',
      ],
    );
  });

  it('keeps the newest alone, or all', () => {
    assert.equal(simulateYear({ keep_last: 1 }, NEWEST).filter(({ reasons }) => reasons.length > 0).length, 1);
    assert.equal(simulateYear({}, NEWEST).filter(({ reasons }) => reasons.length > 0).length, 365);
  });

  it('refuses what is no policy', () => {
    assert.throws(() => simulateYear({ keep_daily: -5 }, NEWEST), { code: 'invalid_request' });
  });
});

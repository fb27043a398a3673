import assert from 'node:assert/strict';
import { Scheduler, type DueRun } from '../../../src/schedule/scheduler.ts';
import { FakeClock } from '../../helpers/fake-clock.ts';
import { passTime } from '../../helpers/pass-time.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const at = (iso: string): number => Date.parse(iso);

describe('Scheduler', () => {
  let clock: FakeClock;
  let runs: string[];
  let settled: number | null;
  let opened: Scheduler[];

  beforeEach(() => {
    clock = new FakeClock(at('2026-11-20T12:00:00Z'));
    runs = [];
    settled = null;
    opened = [];
  });
  afterEach(() => {
    for (const scheduler of opened) scheduler.stop();
    assert.equal(clock.pending, 0, 'no timer is left');
  });

  const start = (cron = '0 3 * * *', catchUp = true): Scheduler => {
    const scheduler = new Scheduler({
      clock,
      schedule: { cron, timeZone: 'UTC' },
      settledMs: settled,
      catchUp,
      settle: (ms) => {
        settled = ms;
      },
      run: ({ dueMs, late }: DueRun) => {
        runs.push(`${new Date(dueMs).toISOString().slice(5, 16)}${late ? ' late' : ''}`);
      },
    });
    opened.push(scheduler);
    return scheduler;
  };
  const restartAfter = (ms: number): Scheduler => {
    opened.at(-1)?.stop();
    clock.advance(ms);
    return start();
  };

  it('runs each night, and says when the next one is', () => {
    const scheduler = start();
    assert.equal(scheduler.next(), at('2026-11-21T03:00:00Z'));
    passTime(clock, 3 * DAY_MS, 15_000);
    assert.deepEqual(runs, ['11-21T03:00', '11-22T03:00', '11-23T03:00']);
    assert.equal(scheduler.next(), at('2026-11-24T03:00:00Z'));
  });

  it('runs to the second', () => {
    start();
    passTime(clock, 15 * HOUR_MS - 1000);
    assert.deepEqual(runs, []);
    passTime(clock, 1000);
    assert.deepEqual(runs, ['11-21T03:00']);
  });

  it('makes up for many missed nights once, soon after the start, and says that it is late', () => {
    start();
    restartAfter(5 * DAY_MS);
    passTime(clock, 15_000);
    assert.deepEqual(runs, [], 'flows come first');
    passTime(clock, 10_000);
    assert.deepEqual(runs, ['11-21T03:00 late']);
    restartAfter(HOUR_MS);
    passTime(clock, HOUR_MS);
    assert.deepEqual(runs, ['11-21T03:00 late']);
    passTime(clock, DAY_MS, 15_000);
    assert.deepEqual(runs, ['11-21T03:00 late', '11-26T03:00']);
  });

  it('does not make up for anything when it is new', () => {
    start();
    passTime(clock, HOUR_MS);
    assert.deepEqual(runs, []);
  });

  it('does not make up for what a plan missed that never made a backup', () => {
    settled = at('2026-11-18T12:00:00Z');
    start('0 3 * * *', false);
    passTime(clock, HOUR_MS);
    assert.deepEqual(runs, []);
    passTime(clock, DAY_MS, 15_000);
    assert.deepEqual(runs, ['11-21T03:00']);
  });

  it('runs at once after a redeploy over the time when it was due', () => {
    start();
    clock.advance(15 * HOUR_MS - 2000);
    restartAfter(4000);
    assert.deepEqual(runs, ['11-21T03:00']);
  });

  it('makes up once for what a machine slept through', () => {
    start();
    clock.setTimeOfDay(at('2026-11-23T09:00:00Z'));
    passTime(clock, 60_000);
    assert.deepEqual(runs, ['11-21T03:00 late']);
    passTime(clock, DAY_MS, 15_000);
    assert.deepEqual(runs, ['11-21T03:00 late', '11-24T03:00']);
  });

  it('does not run twice when the clock is set back over the time', () => {
    start();
    passTime(clock, 15 * HOUR_MS + 60_000, 15_000);
    assert.deepEqual(runs, ['11-21T03:00']);
    clock.setTimeOfDay(at('2026-11-21T02:30:00Z'));
    passTime(clock, 2 * HOUR_MS);
    assert.deepEqual(runs, ['11-21T03:00']);
  });

  it('goes on when a clock that was years ahead is put right', () => {
    start();
    clock.setTimeOfDay(at('2036-01-01T12:00:00Z'));
    passTime(clock, 60_000);
    assert.deepEqual(runs, ['11-21T03:00 late']);
    clock.setTimeOfDay(at('2026-11-20T12:05:00Z'));
    passTime(clock, DAY_MS, 15_000);
    assert.deepEqual(runs, ['11-21T03:00 late', '11-21T03:00']);
  });

  it('goes on when it was started with a clock that was years behind', () => {
    settled = at('2026-11-20T03:00:00Z');
    clock = new FakeClock(at('2020-01-01T00:00:00Z'));
    start();
    clock.setTimeOfDay(at('2026-11-20T12:05:00Z'));
    passTime(clock, DAY_MS, 15_000);
    assert.deepEqual(runs.at(-1), '11-21T03:00');
    assert.ok(runs.length <= 2, runs.join());
  });

  it('never runs on a date that does not exist, and stays quiet', () => {
    const scheduler = start('0 3 31 2 *');
    assert.equal(scheduler.next(), null);
    passTime(clock, DAY_MS, 15_000);
    assert.deepEqual(runs, []);
  });
});

import assert from 'node:assert/strict';
import { Alarm } from '../../../../src/manager/copy/alarm.ts';
import { FakeClock } from '../../../helpers/fake-clock.ts';

const DAY_MS = 24 * 60 * 60 * 1000;

describe('an alarm', () => {
  let clock: FakeClock;
  let alarm: Alarm;
  let woken: number;

  beforeEach(() => {
    clock = new FakeClock();
    woken = 0;
    alarm = new Alarm(clock, () => {
      woken += 1;
    });
  });

  it('wakes once, at the earliest of its moments', () => {
    alarm.set([clock.monotonic() + 500, clock.monotonic() + 200]);
    clock.advance(199);
    assert.equal(woken, 0);
    clock.advance(1);
    assert.equal(woken, 1);
    clock.advance(DAY_MS);
    assert.equal(woken, 1);
  });

  it('wakes at once for a moment that has passed', () => {
    alarm.set([clock.monotonic() - 1]);
    clock.advance(0);
    assert.equal(woken, 1);
  });

  it('wakes after a day where its moment is farther away than timers reach', () => {
    alarm.set([clock.monotonic() + 100 * DAY_MS]);
    clock.advance(DAY_MS - 1);
    assert.equal(woken, 0);
    clock.advance(1);
    assert.equal(woken, 1);
  });

  it('forgets what it was set to before, and all of it when it is canceled or there is nothing to wait for', () => {
    alarm.set([clock.monotonic() + 100]);
    alarm.set([clock.monotonic() + 300]);
    clock.advance(200);
    assert.equal(woken, 0);
    alarm.set([]);
    clock.advance(200);
    alarm.set([clock.monotonic() + 100]);
    alarm.cancel();
    clock.advance(200);
    assert.equal(woken, 0);
  });
});

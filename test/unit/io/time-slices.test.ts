import assert from 'node:assert/strict';
import { TimeSlices } from '../../../src/io/time-slices.ts';
import { FakeClock } from '../../helpers/fake-clock.ts';

describe('a long row of short steps', () => {
  it('gives way to the event loop every two milliseconds, and not more often', async () => {
    const clock = new FakeClock();
    const slices = new TimeSlices(clock);
    const turns: number[] = [];
    let watching = true;
    const watch = (): void => {
      turns.push(turns.length);
      if (watching) setImmediate(watch);
    };
    setImmediate(watch);
    for (let i = 0; i < 100; i++) await slices.next();
    assert.equal(turns.length, 0);
    clock.advance(2);
    await slices.next();
    assert.notEqual(turns.length, 0);
    watching = false;
  });
});

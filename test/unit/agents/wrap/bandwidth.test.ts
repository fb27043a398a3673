import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { buffer } from 'node:stream/consumers';
import { withBandwidthLimit } from '../../../../src/agents/wrap/bandwidth.ts';
import { FakeClock } from '../../../helpers/fake-clock.ts';
import { MemoryStore } from '../../../helpers/memory-store.ts';
import { settled } from '../../../helpers/settled.ts';

describe('a bandwidth limit', () => {
  const signal = new AbortController().signal;
  const content = randomBytes(100_000);
  let clock: FakeClock;
  let files: MemoryStore;
  let store: ReturnType<typeof withBandwidthLimit>;

  /** @returns how long it took on the clock, in seconds */
  const secondsOf = async (work: Promise<unknown>): Promise<number> => {
    const start = clock.monotonic();
    const done = settled(work);
    for (let turns = 0; turns < 100_000 && !done(); turns++) {
      await new Promise((resolve) => setImmediate(resolve));
      clock.advance(5);
    }
    await work;
    return (clock.monotonic() - start) / 1000;
  };
  const near = (seconds: number, expected: number): void => {
    assert.ok(Math.abs(seconds - expected) < 0.15 * expected, `${String(seconds)} s instead of ${String(expected)}`);
  };

  beforeEach(() => {
    clock = new FakeClock();
    files = new MemoryStore();
    store = withBandwidthLimit(files, { clock, bytesPerSecond: 10_000 });
  });

  it('is kept by what is written', async () => {
    near(await secondsOf(store.put('a', [content], { signal })), 10);
    assert.deepEqual(files.files.get('a'), content);
  });

  it('is kept by what is read', async () => {
    files.files.set('a', content);
    const read = async (): Promise<void> => {
      assert.deepEqual(await buffer(await store.read('a', { signal })), content);
    };
    near(await secondsOf(read()), 10);
  });

  it('is that of all transfers together', async () => {
    const half = content.subarray(50_000);
    near(await secondsOf(Promise.all(['a', 'b'].map((name) => store.put(name, [half], { signal })))), 10);
  });

  it('saves nothing up while nothing is sent', async () => {
    await secondsOf(store.put('a', [content], { signal }));
    clock.advance(3_600_000);
    near(await secondsOf(store.put('b', [content], { signal })), 10);
  });

  it('ends its wait when it is canceled', async () => {
    const cancel = new AbortController();
    const work = store.put('a', [content], { signal: cancel.signal });
    while (clock.pending === 0) await new Promise((resolve) => setImmediate(resolve));
    cancel.abort();
    await assert.rejects(work, { code: 'canceled' });
    assert.equal(clock.pending, 0);
  });
});

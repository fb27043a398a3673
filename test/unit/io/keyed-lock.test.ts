import assert from 'node:assert/strict';
import { KeyedLock } from '../../../src/io/keyed-lock.ts';

describe('a lock by key', () => {
  it('lets one at a time do work on a key, in order, also after a failure', async () => {
    const lock = new KeyedLock();
    const seen: string[] = [];
    let open: () => void = () => undefined;
    const gate = new Promise<void>((resolve) => {
      open = resolve;
    });
    const first = lock.run('a', async () => {
      await gate;
      seen.push('first');
      throw new Error('failed');
    });
    const second = lock.run('a', () => Promise.resolve(seen.push('second')));
    await lock.run('b', () => Promise.resolve(seen.push('other')));
    open();
    await assert.rejects(first, /failed/);
    await second;
    assert.deepEqual(seen, ['other', 'first', 'second']);
  });
});

import assert from 'node:assert/strict';
import { mkdir, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { BackupError } from '../../../src/errors.ts';
import { orAborted } from '../../../src/io/abort.ts';
import { formatBytes } from '../../../src/io/format-bytes.ts';
import { KeyedLock } from '../../../src/io/keyed-lock.ts';
import { isWithin, realPath } from '../../../src/io/real-path.ts';
import { TimeSlices } from '../../../src/io/time-slices.ts';
import { FakeClock } from '../../helpers/fake-clock.ts';
import { tempFolder } from '../../helpers/temp-folder.ts';

describe('a real path', () => {
  const temp = tempFolder();

  it('is without links, also when its end is not there yet', async () => {
    await mkdir(join(temp(), 'a'));
    await symlink(join(temp(), 'a'), join(temp(), 'link'));
    assert.equal(await realPath(join(temp(), 'link')), join(temp(), 'a'));
    assert.equal(await realPath(join(temp(), 'link', 'not', 'there')), join(temp(), 'a', 'not', 'there'));
  });

  for (const [path, folder, within] of [
    ['/a', '/a', true],
    ['/a/b', '/a', true],
    ['/a/..b', '/a', true],
    ['/ab', '/a', false],
    ['/', '/a', false],
    ['/b', '/a', false],
    ['/a', '/', true],
  ] as const) {
    it(`${path} is ${within ? '' : 'not '}within ${folder}`, () => {
      assert.equal(isWithin(path, folder), within);
    });
  }
});

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

describe('work that can be aborted', () => {
  it('ends with the reason, at once, or with what it came to', async () => {
    const canceling = new AbortController();
    const reason = new BackupError('timeout', 'It took too long.');
    const endless = orAborted(new Promise<never>(() => undefined), canceling.signal);
    assert.equal(await orAborted(Promise.resolve(1), canceling.signal), 1);
    canceling.abort(reason);
    await assert.rejects(endless, (error) => error === reason);
    await assert.rejects(orAborted(new Promise<never>(() => undefined), canceling.signal), (error) => error === reason);
  });

  it('turns a foreign reason into a BackupError', async () => {
    const signal = AbortSignal.abort('because');
    await assert.rejects(orAborted(Promise.resolve(), signal), { name: 'BackupError', code: 'canceled' });
  });
});

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

describe('bytes for people', () => {
  for (const [count, text] of [
    [0, '0 bytes'],
    [999, '999 bytes'],
    [1000, '1.0 kB'],
    [12_345_678, '12.3 MB'],
    [5e15, '5.0 PB'],
    [5e18, '5000.0 PB'],
  ] as const) {
    it(`${String(count)} are ${text}`, () => {
      assert.equal(formatBytes(count), text);
    });
  }
});

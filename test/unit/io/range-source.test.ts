import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { MessageChannel } from 'node:worker_threads';
import { BackupError } from '../../../src/errors.ts';
import { RangeSource } from '../../../src/io/range-source.ts';
import { serveSource, ThreadSource } from '../../../src/io/thread-source.ts';

const BLOCK = 64 * 1024;

describe('bytes far away', () => {
  const all = randomBytes(5 * BLOCK + 100);
  let asked: [number, number][];
  let fails = false;

  const source = (): RangeSource =>
    new RangeSource(all.length, (start, length) => {
      asked.push([start, length]);
      if (fails) return Promise.reject(new BackupError('agent_unreachable', 'The line broke.', { temporary: true }));
      return Promise.resolve(all.subarray(start, start + length));
    });
  const read = async (from: RangeSource | ThreadSource, position: number, length: number): Promise<Buffer> => {
    const target = Buffer.alloc(length);
    await from.read(target, position);
    return target;
  };

  beforeEach(() => {
    asked = [];
    fails = false;
  });

  for (const [position, length] of [
    [0, 1],
    [BLOCK - 1, 1],
    [BLOCK - 1, 2],
    [BLOCK, BLOCK],
    [1, 3 * BLOCK],
    [5 * BLOCK, 100],
    [5 * BLOCK - 1, 101],
    [0, 5 * BLOCK + 100],
    [7, 0],
  ] as const) {
    it(`are read as they are: ${String(length)} at ${String(position)}`, async () => {
      assert.deepEqual(await read(source(), position, length), all.subarray(position, position + length));
    });
  }

  it('are fetched in whole blocks, those in a row at once, and once', async () => {
    const from = source();
    await read(from, 2 * BLOCK + 5, 10);
    await read(from, 2 * BLOCK + 70, 10);
    assert.deepEqual(asked, [[2 * BLOCK, BLOCK]]);
    await read(from, 0, all.length);
    assert.deepEqual(asked.slice(1), [
      [0, 2 * BLOCK],
      [3 * BLOCK, 2 * BLOCK + 100],
    ]);
    await Promise.all([read(from, 0, 9), read(from, 5 * BLOCK, 9)]);
    assert.equal(asked.length, 3);
  });

  it('are fetched once for two who ask at the same time', async () => {
    const from = source();
    await Promise.all([read(from, 0, 9), read(from, 9, 9)]);
    assert.equal(asked.length, 1);
  });

  it('end where they end', async () => {
    await assert.rejects(read(source(), all.length - 1, 2), { code: 'archive_corrupt' });
    await assert.rejects(read(source(), -1, 2), { code: 'archive_corrupt' });
    assert.deepEqual(asked, []);
  });

  it('are asked for again after a failure', async () => {
    const from = source();
    fails = true;
    await assert.rejects(read(from, 0, 1), { code: 'agent_unreachable', temporary: true });
    fails = false;
    assert.deepEqual(await read(from, 0, 1), all.subarray(0, 1));
  });

  it('forget what was not used for long, so that memory does not grow', async () => {
    const size = 400 * BLOCK;
    let fetched = 0;
    const large = new RangeSource(size, (_start, length) => {
      fetched += length;
      return Promise.resolve(new Uint8Array(length));
    });
    for (let n = 0; n < 400; n++) {
      await read(large, n * BLOCK, 1);
      await read(large, 0, 1);
    }
    assert.equal(fetched, size, 'what is used again stays');
    await read(large, BLOCK, 1);
    assert.equal(fetched, size + BLOCK);
  });

  it('can be read by another thread, which is told of failures and of the end', async () => {
    const { port1, port2 } = new MessageChannel();
    serveSource(port1, source());
    const far = new ThreadSource({ port: port2, size: all.length });
    assert.deepEqual(await read(far, 3, BLOCK), all.subarray(3, 3 + BLOCK));
    fails = true;
    await assert.rejects(read(far, 3 * BLOCK, 1), { code: 'agent_unreachable', temporary: true });
    await assert.rejects(read(far, all.length, 1), { code: 'archive_corrupt' });
    const silent = new MessageChannel();
    const waiting = read(new ThreadSource({ port: silent.port2, size: 10 }), 0, 1);
    silent.port1.close();
    await assert.rejects(waiting, { code: 'agent_error', temporary: true });
    await far.close();
  });
});

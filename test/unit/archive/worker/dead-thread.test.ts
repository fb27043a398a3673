import assert from 'node:assert/strict';
import { once } from 'node:events';
import { MessageChannel, type Worker } from 'node:worker_threads';
import { DigestThread } from '../../../../src/archive/worker/digest-thread.ts';
import { FramePool } from '../../../../src/archive/worker/frame-pool.ts';
import { ThreadSource } from '../../../../src/io/thread-source.ts';
import { failsWith } from '../../../helpers/fails-with.ts';

/** Lets `make` start a thread, and ends it while it has nothing to do. */
async function withDeadThread<T>(make: () => T): Promise<T> {
  const started = once(process, 'worker') as Promise<[Worker]>;
  const made = make();
  const [worker] = await started;
  await worker.terminate();
  return made;
}

const piece = (): { buffer: ArrayBuffer; length: number; parts: number[] } => ({
  buffer: new ArrayBuffer(1024),
  length: 1024,
  parts: [],
});

describe('what is asked of a thread that has ended', () => {
  it('fails at once: a frame to compress', async () => {
    const pool = await withDeadThread(() => {
      const threads = new FramePool(1, 0);
      threads.start();
      return threads;
    });
    await assert.rejects(pool.compress(piece(), 'gzip'), failsWith('archive_failed'));
    await pool.close();
  });

  it('fails at once: bytes to hash', async () => {
    const digester = await withDeadThread(() => new DigestThread(0));
    await assert.rejects(digester.update(new ArrayBuffer(1024), 1024), failsWith('archive_failed'));
    await assert.rejects(digester.digest(), failsWith('archive_failed'));
    await digester.close();
  });

  it('fails at once: bytes of an archive that it fetches', async () => {
    const { port1, port2 } = new MessageChannel();
    const source = new ThreadSource({ port: port1, size: 1024 });
    const closed = once(port1, 'close');
    port2.close();
    await closed;
    await assert.rejects(source.read(new Uint8Array(16), 0), failsWith('agent_error'));
  });
});

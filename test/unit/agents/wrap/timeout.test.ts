import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import type { BackupAgent } from '../../../../src/agents/agent.ts';
import { withTimeout } from '../../../../src/agents/wrap/timeout.ts';
import { WrappedAgent } from '../../../../src/agents/wrap/wrapped-agent.ts';
import { FakeClock } from '../../../helpers/fake-clock.ts';
import { memoryAgent } from '../../../helpers/memory-agent.ts';
import { BACKUP_ID, recordOf } from '../../../helpers/records.ts';
import { settled } from '../../../helpers/settled.ts';

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('a time-out', () => {
  const signal = new AbortController().signal;
  const content = Buffer.from('archive');
  const record = recordOf(content);
  const late = { code: 'timeout', temporary: true, message: /NAS made no progress for 60 s/ };
  let clock: FakeClock;

  beforeEach(() => {
    clock = new FakeClock();
  });
  afterEach(() => {
    assert.equal(clock.pending, 0, 'a timer is left');
  });

  const timed = (agent: BackupAgent): BackupAgent => withTimeout(agent, { clock, idleMs: 60_000 });

  it('ends a call that never answers', async () => {
    class Silent extends WrappedAgent {
      override list(): Promise<never> {
        return new Promise(() => undefined);
      }
    }
    const work = timed(new Silent(memoryAgent('nas'))).list({ signal });
    const done = settled(work);
    clock.advance(59_000);
    await turn();
    assert.equal(done(), false);
    clock.advance(1000);
    await assert.rejects(work, late);
  });

  it('lets an upload take as long as it likes while it moves, and ends one that stands still', async () => {
    let onProgress: (bytes: number) => void = () => undefined;
    let aborted = false;
    class Slow extends WrappedAgent {
      override upload(...[, , options]: Parameters<BackupAgent['upload']>): Promise<never> {
        ({ onProgress } = options);
        options.signal.addEventListener('abort', () => (aborted = true));
        return new Promise(() => undefined);
      }
    }
    const told: number[] = [];
    const open = (): Promise<Readable> => Promise.resolve(Readable.from([content]));
    const work = timed(new Slow(memoryAgent('nas'))).upload(record, open, {
      signal,
      onProgress: (bytes) => told.push(bytes),
    });
    const done = settled(work);
    for (let i = 0; i < 10; i++) {
      clock.advance(50_000);
      onProgress(i);
      await turn();
    }
    assert.equal(done(), false);
    assert.equal(told.length, 10);
    clock.advance(60_000);
    await assert.rejects(work, late);
    assert.ok(aborted, 'the agent was not told');
  });

  it('ends a download whose bytes do not come, but not one that nobody reads', async () => {
    const source = new Readable({ read: () => undefined });
    class Trickling extends WrappedAgent {
      override download(): Promise<Readable> {
        return Promise.resolve(source);
      }
    }
    const stream = await timed(new Trickling(memoryAgent('nas'))).download(BACKUP_ID, { signal });
    clock.advance(600_000);
    source.push('one');
    const chunks = stream[Symbol.asyncIterator]();
    assert.equal(String((await chunks.next()).value), 'one');
    const next = chunks.next();
    next.catch(() => undefined);
    await turn();
    clock.advance(60_000);
    await assert.rejects(next, late);
    assert.ok(source.destroyed, 'its source is left open');
  });

  it('closes the source of a download that nobody wanted after all', async () => {
    const source = Readable.from([content]);
    class Given extends WrappedAgent {
      override download(): Promise<Readable> {
        return Promise.resolve(source);
      }
    }
    const agent = timed(new Given(memoryAgent('nas')));
    const stream = await agent.download(BACKUP_ID, { signal });
    stream.destroy();
    await turn();
    assert.ok(source.destroyed);
  });

  it('gives the bytes as they are', async () => {
    const agent = timed(memoryAgent('nas'));
    const open = (): Promise<Readable> => Promise.resolve(Readable.from([content]));
    await agent.upload(record, open, { signal, onProgress: () => undefined });
    assert.deepEqual(await buffer(await agent.download(BACKUP_ID, { signal })), content);
  });
});

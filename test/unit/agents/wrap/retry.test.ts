import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import type { BackupAgent, UploadOptions } from '../../../../src/agents/agent.ts';
import { withRetry } from '../../../../src/agents/wrap/retry.ts';
import { BackupError } from '../../../../src/errors.ts';
import { FakeClock } from '../../../helpers/fake-clock.ts';
import { memoryAgent } from '../../../helpers/memory-agent.ts';
import { MemoryStore } from '../../../helpers/memory-store.ts';
import { BACKUP_ID, recordOf } from '../../../helpers/records.ts';
import { settled } from '../../../helpers/settled.ts';

describe('retries', () => {
  const content = Buffer.from('archive');
  const record = recordOf(content);
  const signal = new AbortController().signal;
  const broken = new BackupError('agent_unreachable', 'The line is down.', { temporary: true });
  let clock: FakeClock;
  let store: MemoryStore;
  let agent: BackupAgent;

  const upload = (options: Partial<UploadOptions> = {}): Promise<void> =>
    agent.upload(record, () => Promise.resolve(Readable.from([content])), {
      signal,
      onProgress: () => undefined,
      ...options,
    });
  /** Fails the first calls that begin so. */
  const failing = (call: string, times: number, error: Error = broken): void => {
    store.failOn = (made) => (made.startsWith(call) && times-- > 0 ? error : null);
  };
  /** Lets all pauses pass; they are never longer than this in all. */
  const passing = async <T>(work: Promise<T>): Promise<T> => {
    const done = settled(work);
    for (let turns = 0; turns < 200 && !done(); turns++) {
      await new Promise((resolve) => setImmediate(resolve));
      clock.advance(100);
    }
    return work;
  };

  beforeEach(() => {
    clock = new FakeClock();
    store = new MemoryStore();
    agent = withRetry(memoryAgent('nas', store), { clock, tries: 3, pauseMs: 1000 });
  });

  it('try again what failed for a reason that passes, after growing pauses', async () => {
    failing('put', 2);
    const start = clock.monotonic();
    await passing(upload());
    assert.deepEqual((await agent.list({ signal })).records, [record]);
    assert.ok(clock.monotonic() - start >= 3000, 'it did not pause for 1 s and 2 s');
  });

  it('end with the error when every try fails', async () => {
    failing('put', 99);
    await assert.rejects(passing(upload()), broken);
    assert.equal(store.calls.filter((call) => call.startsWith('put')).length, 3);
  });

  it('leave alone what would fail again', async () => {
    failing('put', 1, new BackupError('permission_denied', 'You may not.'));
    await assert.rejects(upload(), { code: 'permission_denied' });
    assert.equal(clock.pending, 0);
  });

  it('end when they are canceled in a pause', async () => {
    const cancel = new AbortController();
    failing('put', 99);
    const work = upload({ signal: cancel.signal });
    while (clock.pending === 0) await new Promise((resolve) => setImmediate(resolve));
    cancel.abort();
    await assert.rejects(work, { code: 'canceled' });
    assert.equal(clock.pending, 0);
  });

  it('count a backup as deleted when only the answer was lost', async () => {
    await upload();
    // The files go, and then the connection.
    store.failOn = (call) => (call === `remove ${record.file}` && store.files.delete(record.file) ? broken : null);
    await passing(agent.delete(BACKUP_ID, { signal }));
    await assert.rejects(agent.delete(BACKUP_ID, { signal }), { code: 'backup_not_found' });
  });

  it('tell of progress that never falls', async () => {
    const told: number[] = [];
    failing('rename', 1);
    await passing(upload({ onProgress: (bytes) => told.push(bytes) }));
    assert.deepEqual(
      told,
      [...told].sort((a, b) => a - b),
    );
    assert.equal(told.at(-1), content.length);
  });

  it('do not hold up a check that somebody waits for', async () => {
    failing('prepare', 99);
    assert.equal((await agent.check({ signal })).ok, false);
    assert.equal(clock.pending, 0);
  });
});

import assert from 'node:assert/strict';
import { BackupError } from '../../../../src/errors.ts';
import type { DeletedEvent } from '../../../../src/events.ts';
import type { DeleteReport } from '../../../../src/manager/reports.ts';
import { engineBench } from '../../../helpers/engine-bench.ts';
import { gate } from '../../../helpers/fake-archive.ts';
import { memoryAgent } from '../../../helpers/memory-agent.ts';
import { MemoryStore } from '../../../helpers/memory-store.ts';

const { signal } = new AbortController();

describe('deleting a backup by hand', () => {
  const bench = engineBench();
  let store: MemoryStore;
  let backupId: string;

  /** One backup, here and at another location. */
  beforeEach(async () => {
    store = new MemoryStore();
    const { engine, request, copyTo } = bench();
    engine.locations.register(memoryAgent('nas', store));
    ({ backup_id: backupId } = await engine.create(request()).result);
    await engine.copy(copyTo('nas')).result;
  });

  const remove = (agentIds: readonly string[], lastCopy = false): Promise<DeleteReport> =>
    bench().engine.retention.delete({ backupId, agentIds, lastCopy }, signal);
  const there = async (): Promise<string[]> =>
    Object.keys((await bench().engine.locations.list(signal)).backups[0]?.agents ?? {}).toSorted();
  const refused = async (work: () => Promise<unknown>, code: string, text: RegExp): Promise<void> => {
    const before = await there();
    await assert.rejects(work(), (error: unknown) => {
      assert.ok(error instanceof BackupError);
      assert.equal(error.code, code);
      assert.match(error.message, text);
      return true;
    });
    assert.deepEqual(await there(), before);
  };

  it('removes it where it is asked to, says where copies are left, and tells of it', async () => {
    assert.deepEqual(await remove(['local']), { backup_id: backupId, removed: ['local'], failed: {}, left: ['nas'] });
    assert.deepEqual(await there(), ['nas']);
    const [event] = bench().events.filter((each): each is DeletedEvent => each.event_type === 'deleted');
    assert.deepEqual([event?.backup_id, event?.agent_id, event?.automatic], [backupId, 'local', false]);
  });

  it('removes the last copy only when that is said', async () => {
    await refused(() => remove(['local', 'nas']), 'invalid_request', /gone for good/);
    await remove(['nas']);
    await refused(() => remove(['local']), 'invalid_request', /gone for good/);
    await remove(['local'], true);
    assert.deepEqual(await there(), []);
  });

  it('refuses one that is pinned anywhere', async () => {
    await bench().engine.locations.change({ backupId, agentId: 'nas' }, { pinned: true }, signal);
    await refused(() => remove(['local']), 'invalid_request', /Unpin/);
  });

  for (const verb of ['verify', 'restore'] as const)
    it(`refuses one that a job reads: ${verb}`, async () => {
      const { engine, archive, root } = bench();
      const door = gate();
      archive.during = () => door.passed;
      const restore = { backupId, agentId: 'local', target: `${root}/out`, paths: null, overwrite: false } as const;
      const job =
        verb === 'verify'
          ? engine.verify(backupId, 'local', null)
          : engine.restore({ ...restore, keepSetuid: false, nodeId: null });
      await refused(() => remove(['local']), 'busy', /when that is over/);
      door.open();
      await job.result.catch(() => null);
      assert.deepEqual((await remove(['local'])).removed, ['local']);
    });

  it('refuses one that waits to be copied once more', async () => {
    const { engine, copyTo } = bench();
    const full = new MemoryStore();
    full.put = () => Promise.reject(new BackupError('agent_unreachable', 'away', { temporary: true }));
    engine.locations.register(memoryAgent('cloud', full));
    await engine.copy(copyTo('cloud', { retryForMs: 3_600_000 })).result.catch(() => null);
    assert.equal(engine.pendingCopies().length, 1);
    await refused(() => remove(['local']), 'busy', /cancel that first/);
  });

  it('says why where it could not, and removes it elsewhere all the same', async () => {
    store.remove = () => Promise.reject(new BackupError('permission_denied', 'The server refuses that.'));
    const report = await remove(['local', 'nas'], true);
    assert.deepEqual(report.removed, ['local']);
    assert.deepEqual(report.failed, { nas: 'The server refuses that.' });
    assert.deepEqual(report.left, ['nas']);
  });

  it('knows what it could not ask: the last copy that is known is not removed because another location is away', async () => {
    store.readSmall = () => Promise.reject(new BackupError('agent_unreachable', 'away', { temporary: true }));
    await refused(() => remove(['local']), 'invalid_request', /gone for good/);
    await assert.rejects(remove(['nas']), { code: 'agent_unreachable' });
  });

  it('refuses what is nowhere, and a location that is not there', async () => {
    await remove(['nas']);
    await refused(() => remove(['nas']), 'backup_not_found', /none of the chosen/);
    await refused(() => remove(['elsewhere']), 'invalid_request', /there is no location/);
  });
});

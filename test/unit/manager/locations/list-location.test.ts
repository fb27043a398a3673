import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import { BackupError } from '../../../../src/errors.ts';
import { engineBench } from '../../../helpers/engine-bench.ts';
import { memoryAgent } from '../../../helpers/memory-agent.ts';
import { MemoryStore } from '../../../helpers/memory-store.ts';
import { recordOf } from '../../../helpers/records.ts';

const { signal } = new AbortController();
const never = (): Promise<never> => new Promise<never>(() => {});

describe('asking one location, or for one backup', () => {
  const bench = engineBench();
  let store: MemoryStore;
  let backupId: string;

  beforeEach(async () => {
    store = new MemoryStore();
    const { engine, request, copyTo } = bench();
    engine.locations.register(memoryAgent('nas', store));
    ({ backup_id: backupId } = await engine.create(request()).result);
    await engine.copy(copyTo('nas')).result;
  });

  it('lists what is there, with its free space, and with that location alone', async () => {
    const report = await bench().engine.locations.report('nas', signal);
    assert.deepEqual(
      report.backups.map((backup) => [backup.backup_id, Object.keys(backup.agents)]),
      [[backupId, ['nas']]],
    );
    assert.deepEqual([report.agent_id, report.broken], ['nas', []]);
    assert.equal(typeof (await bench().engine.locations.report('local', signal)).free, 'number');
  });

  it('lists it also when it cannot tell its free space', async () => {
    store.space = () => Promise.reject(new BackupError('agent_error', 'no such command'));
    const report = await bench().engine.locations.report('nas', signal);
    assert.deepEqual([report.backups.length, report.free], [1, null]);
  });

  it('gives up a location that hangs after 15 s, and the other is listed at once', async () => {
    store.list = never;
    const { engine, clock } = bench();
    const hanging = engine.locations.report('nas', signal);
    assert.equal((await engine.locations.report('local', signal)).backups.length, 1);
    clock.advance(15_000);
    await assert.rejects(hanging, { code: 'timeout', message: /NAS did not answer within 15 s/ });
  });

  it('finds one backup with all its copies, and says which location could not be asked', async () => {
    const { engine, clock } = bench();
    assert.deepEqual(Object.keys((await engine.locations.find(backupId, signal)).record.agents).toSorted(), [
      'local',
      'nas',
    ]);
    store.readSmall = never;
    const asked = engine.locations.find(backupId, signal);
    // The others have answered by then.
    await engine.locations.report('local', signal);
    clock.advance(15_000);
    const { record, errors } = await asked;
    assert.deepEqual([Object.keys(record.agents), [...errors.keys()]], [['local'], ['nas']]);
  });

  it('does not find one that is nowhere, or whose copies contradict each other', async () => {
    const { engine } = bench();
    await assert.rejects(engine.locations.find('20200101T000000Z-00000000', signal), { code: 'backup_not_found' });
    const [one, other] = ['a', 'b'].map((id) => memoryAgent(id));
    const contents = [Buffer.from('one'), Buffer.from('other')];
    const ids: string[] = [];
    for (const [at, agent] of [one, other].entries()) {
      assert.ok(agent !== undefined);
      engine.locations.register(agent);
      const content = contents[at] ?? Buffer.alloc(0);
      const record = recordOf(content);
      ids.push(record.backup_id);
      await agent.upload(record, () => Promise.resolve(streamOf(content)), { signal, onProgress: () => undefined });
    }
    assert.equal(ids[0], ids[1]);
    await assert.rejects(engine.locations.find(ids[0] ?? '', signal), { code: 'archive_corrupt', message: /differ/ });
  });
});

function streamOf(content: Buffer): Readable {
  return Readable.from([content]);
}

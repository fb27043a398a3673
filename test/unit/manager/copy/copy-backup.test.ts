import assert from 'node:assert/strict';
import { cp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import type { BackupAgent, OpenArchive } from '../../../../src/agents/agent.ts';
import { BackupError } from '../../../../src/errors.ts';
import type { BackupRecord } from '../../../../src/model.ts';
import { engineBench } from '../../../helpers/engine-bench.ts';
import { gate } from '../../../helpers/fake-archive.ts';
import { memoryAgent } from '../../../helpers/memory-agent.ts';
import { MemoryStore } from '../../../helpers/memory-store.ts';
import { recordOf } from '../../../helpers/records.ts';

const { signal } = new AbortController();

describe('a copy', () => {
  const bench = engineBench();
  let nas: MemoryStore;

  beforeEach(() => {
    nas = new MemoryStore();
    bench().engine.locations.register(memoryAgent('nas', nas));
  });

  const create = (): Promise<BackupRecord> => bench().engine.create(bench().request()).result;
  const put = async (agent: BackupAgent, record: BackupRecord, content: Buffer): Promise<void> =>
    agent.upload(record, () => Promise.resolve(Readable.from([content])), { signal, onProgress: () => undefined });
  /** Another folder of this machine, with the same backups. */
  const secondFolder = async (): Promise<string> => {
    const place = join(bench().root, 'second');
    await cp(bench().folder, place, { recursive: true });
    return (await bench().engine.locations.local(place)).id;
  };

  it('brings a backup to a location, and tells of it', async () => {
    const { engine, copyTo, events, story, folder, stateDir } = bench();
    const record = await create();
    const job = engine.copy(copyTo('nas', { backupId: record.backup_id, from: 'local' }));
    assert.deepEqual([job.kind, job.nodeId, job.planId], ['copy_backup', 'copy-node', null]);
    assert.deepEqual(await job.result, record);
    assert.deepEqual(story().slice(2), ['copy:upload_to_agents', 'copy:100%', 'copy:completed']);
    assert.deepEqual(nas.files.get(record.file), await readFile(join(folder, record.file)));
    const [, , , progress, last] = events;
    assert.deepEqual([progress?.progress?.bytes, progress?.progress?.total_bytes], [record.size, record.size]);
    const { job_id } = last ?? {};
    assert.deepEqual(last, {
      event_type: 'completed',
      manager_state: 'copy_backup',
      name: 'Nightly',
      backup_id: record.backup_id,
      plan_id: 'plan',
      plan_name: 'Every night',
      node_id: 'copy-node',
      agent_id: 'nas',
      agent_name: 'NAS',
      job_id,
      automatic: true,
      backup_stage: null,
      failed_reason: null,
      error: null,
      progress: null,
      will_retry: null,
      late: false,
      backup: record,
    });
    assert.deepEqual(await readdir(join(stateDir, 'copies')), []);
    assert.deepEqual(await readdir(join(stateDir, 'jobs')), []);
  });

  it('runs beside a backup that is being made, and copies beside each other', async () => {
    const { engine, copyTo, request, archive, until } = bench();
    const { backup_id: backupId } = await create();
    const door = gate();
    archive.during = () => door.passed;
    const making = engine.create(request());
    await until('create:archive', 2);
    engine.locations.register(memoryAgent('cloud'));
    await Promise.all(['nas', 'cloud'].map((id) => engine.copy(copyTo(id, { backupId })).result));
    assert.equal(engine.status().manager_state, 'create_backup');
    door.open();
    await making.result;
  });

  it('is the state of the manager while it runs', async () => {
    const { engine, copyTo, until } = bench();
    await create();
    const slow = memoryAgent('slow');
    slow.upload = (_record, _open, { signal: ended }) =>
      new Promise((_resolve, reject) => {
        ended.addEventListener('abort', () => reject(ended.reason as Error));
      });
    engine.locations.register(slow);
    const job = engine.copy(copyTo('slow'));
    await until('copy:upload_to_agents');
    assert.equal(engine.status().manager_state, 'copy_backup');
    job.cancel();
    await assert.rejects(job.result, { code: 'canceled' });
    assert.equal(engine.status().manager_state, 'idle');
  });

  it('of a backup that is there already is done at once', async () => {
    const { engine, copyTo, folder } = bench();
    const record = await create();
    const request = copyTo('nas', { backupId: record.backup_id });
    await engine.copy(request).result;
    const puts = (): number => nas.calls.filter((call) => call.startsWith('put')).length;
    const before = puts();
    assert.deepEqual(await engine.copy(request).result, record);
    await rm(folder, { recursive: true });
    assert.deepEqual(await engine.copy(request).result, record);
    assert.equal(puts(), before);
  });

  it('without an id is one of the newest that the location lacks', async () => {
    const { engine, copyTo, clock } = bench();
    const made: string[] = [];
    for (let i = 0; i < 3; i++) {
      made.push((await create()).backup_id);
      clock.advance(60_000);
    }
    const copied: string[] = [];
    for (let i = 0; i < 3; i++) copied.push((await engine.copy(copyTo('nas')).result).backup_id);
    assert.deepEqual(copied, [...made].reverse());
    await assert.rejects(engine.copy(copyTo('nas')).result, { code: 'backup_not_found' });
  });

  it('without an id is never one of another instance, of a broken backup or of a conflict', async () => {
    const { engine, copyTo, clock, folder } = bench();
    const good = await create();
    clock.advance(60_000);
    const forged = await create();
    const content = Buffer.from('of somebody else');
    const local = await engine.locations.local(folder);
    await put(local, recordOf(content, { backup_id: '20300101T000000Z-00000001' }), content);
    const half = recordOf(content, { backup_id: '20300101T000000Z-00000002', instance_id: engine.instanceId });
    await writeFile(join(folder, `${half.backup_id}.json`), JSON.stringify(half));
    const sidecar = join(folder, `${forged.backup_id}.json`);
    await writeFile(sidecar, JSON.stringify({ ...forged, sha256: 'f'.repeat(64) }));
    assert.equal((await engine.copy(copyTo('nas')).result).backup_id, good.backup_id);
    await assert.rejects(engine.copy(copyTo('nas')).result, { code: 'backup_not_found' });
    assert.deepEqual(
      (await engine.locations.list(signal)).backups.map(({ backup_id }) => backup_id),
      ['20300101T000000Z-00000001', good.backup_id],
    );
  });

  it('never is one of a record that contradicts what was made here', async () => {
    const { engine, copyTo, folder } = bench();
    const record = await create();
    const bytes = Buffer.from('forged');
    const forged = { ...recordOf(bytes, { backup_id: record.backup_id }), file: record.file };
    await writeFile(join(folder, record.file), bytes);
    await writeFile(join(folder, `${record.backup_id}.json`), JSON.stringify(forged));
    const job = engine.copy(copyTo('nas', { backupId: record.backup_id, from: 'local', retryForMs: 60_000 }));
    await assert.rejects(job.result, { code: 'archive_corrupt', message: /made here/ });
    assert.deepEqual([nas.files.size, engine.pendingCopies()], [0, []]);
  });

  it('of what was made elsewhere needs copies that agree', async () => {
    const { engine, copyTo } = bench();
    const contents = [Buffer.from('one'), Buffer.from('other')] as const;
    for (const [i, content] of contents.entries()) {
      const agent = memoryAgent(`place${String(i)}`);
      engine.locations.register(agent);
      await put(agent, recordOf(content), content);
    }
    const { backup_id: backupId } = recordOf(contents[0]);
    await assert.rejects(engine.copy(copyTo('nas', { backupId })).result, {
      code: 'archive_corrupt',
      message: /differ/,
    });
    assert.equal(nas.files.size, 0);
  });

  it('of a backup that is nowhere fails for good', async () => {
    const { engine, copyTo, events } = bench();
    const request = copyTo('nas', { backupId: '20200101T000000Z-00000000', retryForMs: 3_600_000 });
    await assert.rejects(engine.copy(request).result, { code: 'backup_not_found' });
    assert.deepEqual([events.at(-1)?.will_retry, engine.pendingCopies()], [null, []]);
  });

  it('is refused when the request is none', async () => {
    const { engine, copyTo, story } = bench();
    const wrong = [
      copyTo('nowhere'),
      copyTo(''),
      copyTo('nas', { backupId: '../x' }),
      copyTo('nas', { retryForMs: -1 }),
      copyTo('nas', { retryForMs: Number.NaN }),
      copyTo('nas', { from: 'x'.repeat(5000) }),
    ];
    for (const request of wrong) await assert.rejects(engine.copy(request).result, { code: 'invalid_request' });
    assert.deepEqual(
      story(),
      Array.from(wrong, () => 'copy:failed:invalid_request'),
    );
  });

  describe('reads', () => {
    const downloads: string[] = [];
    beforeEach(() => downloads.splice(0));

    /** Notes what is downloaded from a location, and may have it fail. */
    const watch = (agent: BackupAgent, spoil?: () => Readable): void => {
      const plain = agent.download.bind(agent);
      agent.download = (id, options) => {
        downloads.push(agent.id);
        return spoil === undefined ? plain(id, options) : Promise.resolve().then(spoil);
      };
    };
    const copyFrom = async (from: string | null, record: BackupRecord): Promise<void> => {
      const { engine, copyTo } = bench();
      await engine.copy(copyTo('nas', { backupId: record.backup_id, from })).result;
      assert.equal(nas.files.get(record.file)?.length, record.size);
    };
    const agents = async (): Promise<{
      record: BackupRecord;
      cloud: BackupAgent;
      local: BackupAgent;
      second: string;
    }> => {
      const { engine, copyTo, folder } = bench();
      const record = await create();
      const cloud = memoryAgent('cloud');
      engine.locations.register(cloud);
      await engine.copy(copyTo('cloud')).result;
      const local = await engine.locations.local(folder);
      const second = await secondFolder();
      return { record, cloud, local, second };
    };

    it('from the location that is named, else from a folder of this machine', async () => {
      const { record, cloud, local } = await agents();
      watch(cloud);
      watch(local);
      await copyFrom('cloud', record);
      nas.files.clear();
      await copyFrom(null, record);
      nas.files.clear();
      await copyFrom('gone', record);
      assert.deepEqual(downloads, ['cloud', 'local', 'local']);
    });

    it('from the next when one cannot be opened, breaks off or has other bytes', async () => {
      const { record, cloud, local, second } = await agents();
      const other = await bench().engine.locations.local(second.replace('local:', ''));
      watch(local, () => {
        throw new BackupError('agent_error', 'The disk is broken.');
      });
      watch(other, () =>
        Readable.from(
          (async function* () {
            await Promise.resolve();
            yield Buffer.from('half');
            throw new Error('EIO');
          })(),
        ),
      );
      watch(cloud);
      await copyFrom('local', record);
      assert.deepEqual(downloads, ['local', other.id, 'cloud']);
      nas.files.clear();
      downloads.splice(0);
      watch(local, () => Readable.from([Buffer.alloc(record.size)]));
      await copyFrom('local', record);
      assert.deepEqual(downloads, ['local', other.id, 'cloud']);
    });

    it('no further when all have failed, and says why', async () => {
      const { record, cloud, local, second } = await agents();
      const other = await bench().engine.locations.local(second.replace('local:', ''));
      for (const agent of [cloud, local, other]) {
        watch(agent, () => {
          throw new BackupError('permission_denied', `No reading at ${agent.id}.`);
        });
      }
      await assert.rejects(copyFrom('local', record), { code: 'permission_denied', message: 'No reading at cloud.' });
      assert.equal(downloads.length, 3);
    });

    it('from no other when it is the target that fails', async () => {
      const { record, local } = await agents();
      watch(local);
      nas.failOn = (call) =>
        call.endsWith(` ${record.file}`) && call.startsWith('rename')
          ? new BackupError('agent_error', 'No renaming.')
          : null;
      await assert.rejects(copyFrom('local', record), { code: 'agent_error' });
      assert.deepEqual(downloads, ['local']);
    });

    for (const range of [true, false]) {
      it(`from the middle for an agent that goes on there, ${range ? 'asking for a range' : 'skipping'}`, async () => {
        const { engine, copyTo, folder } = bench();
        const record = await create();
        const whole = await readFile(join(folder, record.file));
        const local = await engine.locations.local(folder);
        Object.defineProperty(local, 'abilities', { value: { range, resume: false, update: true } });
        const parts: Buffer[] = [];
        const picky = memoryAgent('picky');
        picky.upload = async (_record, open: OpenArchive) => {
          for (const start of [0, 10, record.size]) parts.push(await buffer(await open(start)));
        };
        engine.locations.register(picky);
        await engine.copy(copyTo('picky', { backupId: record.backup_id })).result;
        assert.deepEqual(parts, [whole, whole.subarray(10), Buffer.alloc(0)]);
      });
    }
  });
});

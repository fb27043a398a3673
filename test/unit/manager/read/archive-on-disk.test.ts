import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import type { BackupAgent } from '../../../../src/agents/agent.ts';
import { BackupError } from '../../../../src/errors.ts';
import { PARTIAL_PREFIX } from '../../../../src/io/partial-name.ts';
import { formatIdentity, processIdentity } from '../../../../src/io/process-identity.ts';
import type { BackupRecord } from '../../../../src/model.ts';
import type { RestoreRequest } from '../../../../src/manager/requests.ts';
import { engineBench } from '../../../helpers/engine-bench.ts';
import { memoryAgent } from '../../../helpers/memory-agent.ts';
import { MemoryStore } from '../../../helpers/memory-store.ts';
import { withSmallDisk } from '../../../helpers/small-disk.ts';

const { signal } = new AbortController();

describe('reading a backup that is in no folder of this machine', () => {
  const bench = engineBench();
  let record: BackupRecord;
  let store: MemoryStore;
  let agent: BackupAgent;

  beforeEach(async () => {
    const { engine, request, copyTo, events, archive } = bench();
    store = new MemoryStore();
    agent = memoryAgent('nas', store);
    engine.locations.register(agent);
    record = await engine.create(request()).result;
    await engine.copy(copyTo('nas')).result;
    events.length = 0;
    archive.tasks.length = 0;
  });

  const restoreAll = (changes: Partial<RestoreRequest> = {}): RestoreRequest => ({
    ...{ backupId: record.backup_id, agentId: 'nas', target: join(bench().root, 'out'), paths: null },
    ...{ overwrite: false, keepSetuid: false, nodeId: null },
    ...changes,
  });
  const leftovers = (): string[] => readdirSync(bench().stateDir).filter((name) => name.startsWith(PARTIAL_PREFIX));
  const sends = (bytes: Uint8Array): void => {
    agent.download = () => Promise.resolve(Readable.from([bytes]));
  };
  const archiveBytes = (): Buffer => store.files.get(record.file) ?? Buffer.alloc(0);

  it('verifies what the location sends, and removes it afterwards', async () => {
    const { engine, archive, story } = bench();
    let seen = Buffer.alloc(0);
    archive.during = (task) => {
      if (task.kind === 'verify') seen = readFileSync(task.path);
      return Promise.resolve();
    };
    assert.equal((await engine.verify(record.backup_id, 'nas', null).result).ok, true);
    assert.deepEqual(seen, archiveBytes());
    assert.deepEqual(story(), ['verify:download_from_agent', 'verify:100%', 'verify:verify', 'verify:completed']);
    assert.deepEqual(leftovers(), []);
  });

  it('restores from it', async () => {
    const { engine, story } = bench();
    assert.equal((await engine.restore(restoreAll()).result).files, 1);
    assert.deepEqual(story().at(-1), 'restore:completed');
    assert.deepEqual(leftovers(), []);
  });

  for (const [what, bytes, text] of [
    ['shorter', (all: Buffer) => all.subarray(1), /NAS sent only \d+ of its \d+ bytes/],
    ['longer', (all: Buffer) => Buffer.concat([all, Buffer.alloc(1)]), /NAS sent more than its \d+ bytes/],
    ['other', (all: Buffer) => Buffer.alloc(all.length), /NAS sent bytes that do not have its sha256/],
  ] as const) {
    it(`says that what was sent is ${what} than the backup`, async () => {
      const { engine } = bench();
      sends(bytes(archiveBytes()));
      await assert.rejects(engine.restore(restoreAll()).result, { code: 'archive_corrupt', message: text });
      assert.equal((await engine.verify(record.backup_id, 'nas', null).result).ok, false);
      assert.deepEqual(leftovers(), []);
    });
  }

  it('trusts what it made before a location that agrees with itself', async () => {
    const { engine } = bench();
    const forged = Buffer.alloc(record.size, 'x');
    store.files.set(record.file, forged);
    const sidecar = { ...record, sha256: 'f'.repeat(64) };
    store.files.set(`${record.backup_id}.json`, Buffer.from(JSON.stringify(sidecar)));
    await assert.rejects(engine.restore(restoreAll()).result, { code: 'archive_corrupt', message: /sha256/ });
    assert.equal((await engine.verify(record.backup_id, 'nas', null).result).ok, false);
  });

  it('fails as the location does, at once or in the middle', async () => {
    const { engine, story } = bench();
    const gone = new BackupError('agent_unreachable', 'The line broke.', { temporary: true });
    store.failOn = (call) => (call.startsWith('read ') ? gone : null);
    await assert.rejects(engine.verify(record.backup_id, 'nas', null).result, { code: 'agent_unreachable' });
    store.failOn = () => null;
    agent.download = () =>
      Promise.resolve(
        Readable.from(
          (async function* () {
            await Promise.resolve();
            yield archiveBytes().subarray(0, 1);
            throw gone;
          })(),
        ),
      );
    await assert.rejects(engine.restore(restoreAll()).result, { code: 'agent_unreachable', temporary: true });
    assert.equal(story().at(-1), 'restore:failed:agent_unreachable');
    assert.deepEqual(leftovers(), []);
  });

  it('is canceled while it waits for more, and leaves nothing', async () => {
    const { engine, until } = bench();
    agent.download = () => Promise.resolve(new Readable({ read: () => undefined }));
    const job = engine.verify(record.backup_id, 'nas', null);
    await until('verify:download_from_agent');
    job.cancel();
    await assert.rejects(job.result, { code: 'canceled' });
    assert.deepEqual(leftovers(), []);
  });

  it('fetches nothing that does not fit on the disk', async () => {
    const { engine, reopen, root } = bench();
    await engine.close();
    await withSmallDisk(join(root, 'disk'), async (stateDir) => {
      const other = await reopen({ stateDir });
      other.locations.register(memoryAgent('big', store));
      const size = 2 ** 31;
      store.files.set(`${record.backup_id}.json`, Buffer.from(JSON.stringify({ ...record, size })));
      store.stat = () => Promise.resolve({ name: record.file, size, modifiedMs: 0 });
      store.calls.length = 0;
      const verify = other.verify(record.backup_id, 'big', null).result;
      await assert.rejects(verify, { code: 'no_space', message: /has 2\.\d+ GB, and .* has only/ });
      assert.equal(store.calls.filter((call) => call.startsWith('read ')).length, 0);
      await other.close();
    });
  });

  it('removes at the next start what a dead process left, and nothing else', async () => {
    const { engine, reopen, stateDir, root } = bench();
    await engine.close();
    const self = processIdentity();
    const dead = formatIdentity({ ...self, pid: self.pid, start: '1' });
    const left = `${PARTIAL_PREFIX}00000000~${dead}~0123456789ab`;
    const living = `${PARTIAL_PREFIX}00000000~${formatIdentity(self)}~0123456789ab`;
    writeFileSync(join(stateDir, left), 'archive');
    mkdirSync(join(stateDir, `${left}cd`, 'below'), { recursive: true });
    writeFileSync(join(root, 'precious'), 'x');
    symlinkSync(join(root, 'precious'), join(stateDir, `${left}cd`, 'below', 'link'));
    writeFileSync(join(stateDir, living), 'archive');
    await reopen();
    assert.deepEqual(leftovers(), [living]);
    assert.ok(existsSync(join(root, 'precious')));
  });

  it('lists files and restores chosen ones without fetching the whole', async () => {
    const { engine, archive } = bench();
    store.calls.length = 0;
    const paths: string[] = [];
    for await (const { path } of engine.files(record.backup_id, 'nas', signal)) paths.push(path);
    assert.deepEqual(paths, ['data/x', 'data/y']);
    let size = 0;
    archive.during = (_task, { source }) => {
      size = source?.size ?? 0;
      return Promise.resolve();
    };
    await engine.restore(restoreAll({ paths: ['data/x'] })).result;
    assert.equal(size, record.size);
    assert.deepEqual(
      store.calls.filter((call) => call.startsWith('read ')),
      [],
      'the fake archive reads nothing',
    );
  });
});

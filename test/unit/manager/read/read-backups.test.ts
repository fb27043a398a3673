import assert from 'node:assert/strict';
import { truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { BackupRecord } from '../../../../src/model.ts';
import { engineBench } from '../../../helpers/engine-bench.ts';
import { gate } from '../../../helpers/fake-archive.ts';
import { OTHER_ID } from '../../../helpers/records.ts';

const { signal } = new AbortController();

describe('reading a stored backup', () => {
  const bench = engineBench();
  let record: BackupRecord;
  const restoreTo = (
    target: string,
    backupId = record.backup_id,
  ): Parameters<ReturnType<typeof bench>['engine']['restore']>[0] => ({
    ...{ backupId, agentId: 'local', target, paths: ['data/x'], overwrite: true, keepSetuid: false, nodeId: 'node' },
  });

  beforeEach(async () => {
    record = await bench().engine.create(bench().request()).result;
    bench().events.length = 0;
    bench().archive.tasks.length = 0;
  });

  it('verifies it by what its record says', async () => {
    const { engine, archive, story, events } = bench();
    const report = await engine.verify(record.backup_id, 'local', { drill: false, nodeId: 'node', automatic: true })
      .result;
    const { backup_id, size: bytes } = record;
    const about = { backup_id, agent_id: 'local', credentials: null, seconds: 0 };
    assert.deepEqual(report, { ...about, ok: true, problems: [], warnings: [], flows: null, files: 1, bytes });
    assert.deepEqual(story(), ['verify:verify', 'verify:completed']);
    const { size, sha256, files } = record;
    const task = archive.tasks[0];
    const expected = { backupId: backup_id, size, sha256, files, bytes: record.bytes };
    assert.deepEqual(task?.kind === 'verify' && task.expected, expected);
    assert.deepEqual([events[0]?.name, events[0]?.node_id, events[0]?.agent_id], ['Nightly', 'node', 'local']);
    assert.deepEqual(engine.planStatus('plan').last_backup, record);
  });

  it('finds damage: the result says what, and the event says failed', async () => {
    const { engine, folder, story, events } = bench();
    const path = join(folder, record.file);
    await writeFile(path, Buffer.alloc(record.size));
    const report = await engine.verify(record.backup_id, 'local', null).result;
    assert.equal(report.ok, false);
    assert.deepEqual(
      report.problems.map(({ code, member }) => [code, member]),
      [['archive_corrupt', 'data/x']],
    );
    assert.equal(story().at(-1), 'verify:failed:archive_corrupt');
    assert.match(events.at(-1)?.error ?? '', /data\/x/);
  });

  it('finds a cut archive and a sidecar that cannot be used', async () => {
    const { engine, folder, story } = bench();
    await truncate(join(folder, record.file), 3);
    const cut = await engine.verify(record.backup_id, 'local', null).result;
    assert.deepEqual([cut.ok, cut.problems.length], [false, 1]);
    assert.match(cut.problems[0]?.message ?? '', /3 bytes/);
    await writeFile(join(folder, `${record.backup_id}.json`), 'not JSON');
    const broken = await engine.verify(record.backup_id, 'local', null).result;
    assert.equal(broken.problems[0]?.code, 'archive_corrupt');
    assert.deepEqual(
      story().filter((word) => word.includes('failed')),
      Array(2).fill('verify:failed:archive_corrupt'),
    );
  });

  it('believes what it made before a sidecar that says otherwise', async () => {
    const { engine, folder, archive } = bench();
    const forged = Buffer.alloc(record.size, 'x');
    await writeFile(join(folder, record.file), forged);
    const sidecar = { ...record, sha256: 'f'.repeat(64) };
    await writeFile(join(folder, `${record.backup_id}.json`), JSON.stringify(sidecar));
    const { ok } = await engine.verify(record.backup_id, 'local', null).result;
    assert.equal(ok, false);
    const task = archive.tasks[0];
    assert.equal(task?.kind === 'verify' && task.expected?.sha256, record.sha256);
  });

  it('fails for what is not there, of any verb', async () => {
    const { engine, root } = bench();
    await assert.rejects(engine.verify(OTHER_ID, 'local', null).result, { code: 'backup_not_found' });
    await assert.rejects(engine.restore(restoreTo(join(root, 'out'), OTHER_ID)).result, { code: 'backup_not_found' });
    await assert.rejects(engine.verify('../x', 'local', null).result, { code: 'invalid_request' });
    await assert.rejects(engine.verify(record.backup_id, 'nowhere', null).result, { code: 'invalid_request' });
    const files = engine.files(OTHER_ID, 'local', signal)[Symbol.asyncIterator]();
    await assert.rejects(files.next(), { code: 'backup_not_found' });
  });

  it('restores it to a folder', async () => {
    const { engine, archive, story, root, folder } = bench();
    const target = join(root, 'out');
    const report = await engine.restore(restoreTo(target)).result;
    assert.deepEqual(report, { backup_id: record.backup_id, target, files: 1, bytes: 2 });
    assert.deepEqual(archive.tasks, [
      {
        kind: 'restore',
        path: join(folder, record.file),
        compression: 'zstd',
        keys: null,
        backupId: record.backup_id,
        ...{ target, paths: ['data/x'], overwrite: true, keepSetuid: false },
        manifestSha256: 'c'.repeat(64),
      },
    ]);
    assert.deepEqual(story(), ['restore:extract', 'restore:completed']);
  });

  it('refuses a target that is no absolute path', async () => {
    const { engine, story } = bench();
    await assert.rejects(engine.restore(restoreTo('out')).result, { code: 'invalid_request', message: /^target: / });
    assert.deepEqual(story(), ['restore:failed:invalid_request']);
  });

  it('is canceled', async () => {
    const { engine, archive, root, until, story } = bench();
    const door = gate();
    archive.during = () => door.passed;
    const verify = engine.verify(record.backup_id, 'local', null);
    const restore = engine.restore(restoreTo(join(root, 'out')));
    await until('verify:verify');
    await until('restore:extract');
    verify.cancel();
    restore.cancel();
    await assert.rejects(verify.result, { code: 'canceled' });
    await assert.rejects(restore.result, { code: 'canceled' });
    assert.deepEqual(story().slice(2).sort(), ['restore:failed:canceled', 'verify:failed:canceled']);
    door.open();
  });

  it('gives its files until nobody wants more', async () => {
    const { engine } = bench();
    const paths: string[] = [];
    for await (const { path } of engine.files(record.backup_id, 'local', signal)) paths.push(path);
    assert.deepEqual(paths, ['data/x', 'data/y']);
    const stopping = new AbortController();
    const some = engine.files(record.backup_id, 'local', stopping.signal)[Symbol.asyncIterator]();
    assert.equal((await some.next()).done, false);
    stopping.abort();
    await assert.rejects(some.next(), { code: 'canceled' });
  });
});

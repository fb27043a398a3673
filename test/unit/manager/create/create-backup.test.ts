import assert from 'node:assert/strict';
import { mkdir, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { CreateTask } from '../../../../src/archive/tasks.ts';
import { BackupError } from '../../../../src/errors.ts';
import type { BackupRequest, FolderSource } from '../../../../src/backup-request.ts';
import { engineBench } from '../../../helpers/engine-bench.ts';
import { gate } from '../../../helpers/fake-archive.ts';

const { signal } = new AbortController();

describe('creating a backup', () => {
  const bench = engineBench();
  const folderSource = (label: string, path = '/data'): FolderSource => ({ kind: 'folder', label, path, exclude: [] });
  const files = async (): Promise<string[]> =>
    (await readdir(bench().folder)).filter((name) => name !== '.nightkeep.json');
  const assertClean = async (): Promise<void> => {
    const left = await files().catch(() => []);
    assert.deepEqual(left, []);
    assert.deepEqual(await readdir(join(bench().stateDir, 'jobs')), []);
    assert.deepEqual(await readdir(join(bench().stateDir, 'made')), []);
  };

  it('gives the record of a backup that is listed, and tells how it went', async () => {
    const { engine, request, story, folder, events } = bench();
    const job = engine.create(request({ keepDays: 1.5, extra: { room: 'cellar' } }));
    assert.equal(story().length, 0);
    const record = await job.result;
    assert.deepEqual(story(), ['create:archive', 'create:completed']);
    assert.match(record.backup_id, /^20261120T020000Z-[0-9a-f]{8}$/);
    assert.equal(record.file, `${record.backup_id}.nightly.tar.zst`);
    assert.equal(Date.parse(record.date), Date.UTC(2026, 10, 20, 2));
    assert.equal(Date.parse(record.expires ?? ''), Date.UTC(2026, 10, 21, 14));
    assert.deepEqual(record.sources, [{ label: 'data', path: request().sources[0]?.path }]);
    assert.deepEqual(record.node_red, { version: '5.0.7', node: process.versions.node });
    assert.deepEqual(record.extra, { room: 'cellar' });
    assert.equal(record.contains_secrets, false);
    assert.equal(record.instance_id, engine.instanceId);
    const { backups, broken } = await engine.locations.list(signal);
    const agents = { local: { name: folder, size: record.size, date: record.date, last_verified: null } };
    assert.deepEqual([backups, broken], [[{ ...record, agents }], []]);
    assert.deepEqual((await files()).sort(), [`${record.backup_id}.json`, record.file].sort());
    const last = events.at(-1);
    assert.deepEqual(last?.backup, record);
    assert.deepEqual([last.job_id, last.node_id, last.plan_id, last.agent_id], [job.jobId, 'node', 'plan', 'local']);
  });

  it('tells the archive what it is, and where not to go', async () => {
    const { engine, request, archive, folder, stateDir, root } = bench();
    await engine.locations.local(join(root, 'elsewhere'));
    const source = { kind: 'node-red', label: 'node-red', path: root, exclude: ['x'] } as const;
    const nodeRed = {
      ...source,
      flowFile: null,
      settingsFile: null,
      includeNodeModules: false,
      credentialSecret: null,
    };
    const record = await engine.create(request({ sources: [nodeRed], compression: 'gzip' })).result;
    const task = archive.tasks[0] as CreateTask;
    assert.deepEqual([...task.skipFolders].sort(), [folder, join(root, 'elsewhere'), stateDir].sort());
    assert.deepEqual(task.sources, [nodeRed]);
    const { backup_id, name, date, instance_id, plan_id, automatic, node_red, extra } = record;
    assert.deepEqual(task.header, {
      format: 1,
      ...{ backup_id, name, date, instance_id, instance_name: 'greenhouse', plan_id, plan_name: 'Every night' },
      ...{ automatic, node_red, extra },
    });
    assert.equal(record.contains_secrets, true);
    assert.ok(record.file.endsWith('.tar.gz'));
  });

  it('remembers attempts and successes, the automatic ones apart', async () => {
    const { engine, request, clock, reopen } = bench();
    const manual = await engine.create(request({ automatic: false })).result;
    assert.equal(engine.status().last_attempted_automatic_backup, null);
    assert.equal(engine.status().last_completed_automatic_backup, null);
    assert.deepEqual(engine.planStatus('plan').last_backup, manual);
    clock.advance(60_000);
    const automatic = await engine.create(request()).result;
    const times = [engine.status().last_attempted_automatic_backup, engine.status().last_completed_automatic_backup];
    assert.deepEqual(times, [automatic.date, automatic.date]);
    const later = await reopen();
    assert.deepEqual(later.planStatus('plan'), engine.planStatus('plan'));
    assert.deepEqual(later.planStatus('plan').last_backup, automatic);
    assert.deepEqual(later.status(), engine.status());
  });

  it('counts an automatic attempt while it still runs', async () => {
    const { engine, request, archive, until } = bench();
    const door = gate();
    archive.during = () => door.passed;
    const job = engine.create(request());
    await until('create:archive');
    assert.notEqual(engine.status().last_attempted_automatic_backup, null);
    assert.equal(engine.status().last_completed_automatic_backup, null);
    assert.equal(engine.status().manager_state, 'create_backup');
    assert.deepEqual(
      engine.status().jobs.map(({ backup_stage }) => backup_stage),
      ['archive'],
    );
    door.open();
    await job.result;
    assert.equal(engine.status().manager_state, 'idle');
    assert.deepEqual(engine.status().jobs, []);
    assert.deepEqual(engine.jobs(), []);
  });

  it('tells progress at most four times a second, and never backwards', async () => {
    const { engine, request, archive, clock, story } = bench();
    archive.during = (_, { onProgress }) => {
      onProgress({ bytes: 1, total: 0, files: 0 });
      for (const bytes of [10, 20, 30]) {
        clock.advance(100);
        onProgress({ bytes, total: 100, files: 1 });
      }
      clock.advance(250);
      onProgress({ bytes: 30, total: 200, files: 1 });
      clock.advance(250);
      onProgress({ bytes: 300, total: 200, files: 1 });
      return Promise.resolve();
    };
    await engine.create(request()).result;
    assert.deepEqual(story(), [
      'create:archive',
      'create:0%',
      'create:30%',
      'create:30%',
      'create:100%',
      'create:completed',
    ]);
  });

  it('fails with what the archive code failed with, and leaves nothing', async () => {
    const { engine, request, archive, story, events } = bench();
    const data = { written: 10, estimated: 20, free: 5 };
    archive.during = async (task) => {
      await writeFile((task as CreateTask).path, 'half');
      await writeFile(`${(task as CreateTask).path}.manifest`, 'half');
      throw new BackupError('no_space', 'Not enough space: 10 written, 20 estimated, 5 free.', { data });
    };
    await assert.rejects(engine.create(request()).result, { code: 'no_space', data });
    assert.deepEqual(story(), ['create:archive', 'create:failed:no_space']);
    await assertClean();
    const { last_error, last_backup } = engine.planStatus('plan');
    assert.deepEqual([last_error?.code, last_error?.data, last_backup], ['no_space', data, null]);
    assert.equal(events.at(-1)?.error, last_error?.message);
    archive.during = () => Promise.resolve();
    await engine.create(request()).result;
    assert.equal(engine.planStatus('plan').last_error, null);
  });

  it('turns whatever else is thrown into a failure, with its cause', async () => {
    const { engine, request, archive } = bench();
    const bug = new TypeError('x is not a function');
    archive.during = () => Promise.reject(bug);
    await assert.rejects(engine.create(request()).result, (error: unknown) => {
      assert.ok(error instanceof BackupError);
      assert.equal(error.code, 'archive_failed');
      assert.equal(error.cause, bug);
      return true;
    });
    await assertClean();
  });

  it('leaves nothing when the backup cannot be put in place', async () => {
    const { engine, request, archive, folder } = bench();
    archive.during = async (task) => {
      await mkdir(join(folder, `${(task as CreateTask).header.backup_id}.json`));
    };
    await assert.rejects(engine.create(request()).result, { code: 'agent_error' });
    assert.equal((await files()).length, 1);
    assert.deepEqual(await readdir(join(bench().stateDir, 'made')), []);
  });

  it('goes on, with a warning, when what is remembered cannot be written', async () => {
    const { engine, request, stateDir, warnings } = bench();
    await rm(stateDir, { recursive: true });
    await writeFile(stateDir, 'in the way');
    const record = await engine.create(request()).result;
    assert.deepEqual((await engine.locations.listAt('local', signal).catch(() => null))?.records ?? [], []);
    assert.ok((await files()).includes(record.file));
    assert.ok(warnings.length > 0);
    await rm(stateDir);
  });

  it('fails when the folder for backups is a file', async () => {
    const { engine, request, root } = bench();
    await writeFile(join(root, 'file'), '');
    const failing = engine.create(request({ folder: join(root, 'file') })).result;
    await assert.rejects(failing, (error: unknown) => {
      assert.ok(error instanceof BackupError);
      assert.equal(error.code, 'invalid_request');
      assert.ok(error.message.includes(join(root, 'file')));
      return true;
    });
  });

  it('is not disturbed by a listener that throws', async () => {
    const { engine, request, warnings } = bench();
    const seen: string[] = [];
    engine.events.subscribe(() => {
      throw new Error('a listener with a bug');
    });
    engine.events.subscribe(({ event_type }) => seen.push(event_type));
    await engine.create(request()).result;
    assert.deepEqual(seen, ['in_progress', 'completed']);
    assert.ok(warnings.every((warning) => warning.includes('a listener with a bug')));
    assert.equal(warnings.length, 2);
  });

  it('does not see what happens to the request afterwards', async () => {
    const { engine, request } = bench();
    const extra: Record<string, string> = { room: 'cellar' };
    const job = engine.create(request({ extra }));
    extra['room'] = 'attic';
    assert.deepEqual((await job.result).extra, { room: 'cellar' });
  });

  describe('in a place where it would come out empty', () => {
    for (const [what, source, folder] of [
      ['the source is the folder for backups', 'backups', 'backups'],
      ['the source lies in the folder for backups', 'backups/inside', 'backups'],
      ['the source lies in what is remembered', 'state/made', 'backups'],
      ['the source is another name of the folder for backups', 'link', 'backups'],
    ] as const) {
      it(`is refused when ${what}`, async () => {
        const { engine, request, root, archive } = bench();
        await symlink(join(root, 'backups'), join(root, 'link'));
        await mkdir(join(root, 'backups', 'inside'), { recursive: true });
        const changes = { folder: join(root, folder), sources: [folderSource('data', join(root, source))] };
        await assert.rejects(engine.create(request(changes)).result, { code: 'invalid_request', message: /data/ });
        assert.equal(archive.tasks.length, 0);
      });
    }

    it('is fine when the folder for backups lies in the source', async () => {
      const { engine, request, root } = bench();
      await engine.create(request({ sources: [folderSource('all', root)] })).result;
    });
  });

  describe('with a bad request', () => {
    const bad: readonly (readonly [string, Partial<BackupRequest>, RegExp])[] = [
      ['an empty name', { name: '' }, /^name: /],
      ['a name of 256 characters', { name: 'x'.repeat(256) }, /^name: /],
      ['no sources', { sources: [] }, /^sources: /],
      ['a relative folder', { folder: 'backups' }, /^folder: .*absolute/],
      ['an empty folder', { folder: '' }, /^folder: /],
      ['a folder with NUL', { folder: '/a\0b' }, /^folder: /],
      ['a relative source', { sources: [folderSource('a', 'data')] }, /^source "a": .*absolute/],
      ['two sources of one label', { sources: [folderSource('a'), folderSource('a', '/b')] }, /^source "a": two/],
      [
        'more keys than allowed',
        { extra: Object.fromEntries([...Array(33).keys()].map((i) => [String(i), i])) },
        /^extra: /,
      ],
      ['extra of an object', { extra: { a: {} } as unknown as BackupRequest['extra'] }, /^extra: /],
      ['extra that cannot be copied', { extra: { a: () => 1 } as unknown as BackupRequest['extra'] }, /^extra: /],
      ['extra that is none', { extra: null as unknown as BackupRequest['extra'] }, /^extra: /],
      ['long extra', { extra: { a: 'x'.repeat(1025) } }, /^extra: /],
      ['keepDays below 0', { keepDays: -1 }, /^keepDays: /],
      ['keepDays that is no number', { keepDays: NaN }, /^keepDays: /],
      ['endless keepDays', { keepDays: Infinity }, /^keepDays: /],
      ['a time limit that no timer reaches', { timeoutMs: 2 ** 31 }, /^timeoutMs: /],
      ['an unknown compression', { compression: 'lzma' as BackupRequest['compression'] }, /^compression: /],
      ['a path to look for', { excludeIfPresent: ['a/b'] }, /^excludeIfPresent: /],
      ['an empty plan', { planId: '' }, /^planId: /],
      ...['', 'x'.repeat(65), 'a/b', 'a\\b', 'a\0', 'a\nb', '..', '.', 'a..b', 'backup.json', 'manifest.jsonl'].map(
        (label) =>
          [
            `the label ${JSON.stringify(label.slice(0, 20))}`,
            { sources: [folderSource(label)] },
            /^source.*label/,
          ] as const,
      ),
      ['a folder labelled node-red', { sources: [folderSource('node-red')] }, /^source "node-red": .*reserved/],
      ['the label node-red-outside', { sources: [folderSource('node-red-outside')] }, /reserved/],
    ];
    for (const [what, changes, message] of bad) {
      it(`fails for ${what}, and says which field and what to do`, async () => {
        const { engine, request, story, archive } = bench();
        await assert.rejects(engine.create(request(changes)).result, {
          name: 'BackupError',
          code: 'invalid_request',
          message,
        });
        assert.deepEqual(story(), ['create:failed:invalid_request']);
        assert.equal(archive.tasks.length, 0);
        await assertClean();
      });
    }

    for (const [what, changes] of [
      ['a name of 255 characters', { name: 'x'.repeat(255) }],
      ['labels of 64 characters', { sources: [folderSource('x'.repeat(64))] }],
      ['labels of any script', { sources: [folderSource('Gewächshaus 1'), folderSource('.config')] }],
      [
        '32 keys of extra',
        { extra: Object.fromEntries([...Array(32).keys()].map((i) => [String(i), 'x'.repeat(1024)])) },
      ],
      ['keepDays of 0', { keepDays: 0 }],
      ['the longest time limit', { timeoutMs: 2 ** 31 - 1 }],
    ] as const) {
      it(`does not mind ${what}`, async () => {
        const { engine, request } = bench();
        await engine.create(request(changes)).result;
      });
    }

    it('says so in the status of its plan, and takes no turn', async () => {
      const { engine, request } = bench();
      const running = engine.create(request({ name: '' }));
      const fine = engine.create(request({ whenBusy: 'refuse', planId: 'other' }));
      await assert.rejects(running.result, { code: 'invalid_request' });
      await fine.result;
      assert.equal(engine.planStatus('plan').last_error?.code, 'invalid_request');
      assert.notEqual(engine.planStatus('plan').last_attempted, null);
    });
  });

  it('survives that two engines make backups in one folder at the same time', async () => {
    const { engine, request, reopen, root, folder } = bench();
    const other = await reopen({ stateDir: join(root, 'state of another') });
    const jobs = [0, 1, 2, 3].flatMap((i) =>
      [engine, other].map((each) => each.create(request({ planId: String(i) }))),
    );
    const records = await Promise.all(jobs.map((job) => job.result));
    assert.equal(new Set(records.map(({ backup_id }) => backup_id)).size, 8);
    for (const each of [engine, other]) {
      const { backups, broken } = await each.locations.list(signal);
      assert.deepEqual([backups.length, broken], [8, []]);
    }
    assert.notEqual(engine.instanceId, other.instanceId);
    const location = JSON.parse(await readFile(join(folder, '.nightkeep.json'), 'utf8')) as Record<string, unknown>;
    assert.match(String(location['location_id']), /^[0-9a-f]{32}$/);
  });
});

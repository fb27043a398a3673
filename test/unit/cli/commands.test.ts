import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BackupRecord, FileEntry } from '../../../src/index.ts';
import { runCli, type CliResult } from '../../helpers/run-cli.ts';

interface Failure {
  readonly error: { readonly code: string; readonly message: string };
}

const SETTINGS = "module.exports = { flowFile: 'flows.json' };";

describe('the commands', () => {
  let folder: string;
  let source: string;
  let target: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'nightkeep-cli-'));
    source = join(folder, 'greenhouse');
    target = join(folder, 'backups');
    mkdirSync(join(source, 'cache'), { recursive: true });
    writeFileSync(join(source, 'flows.json'), '[]');
    writeFileSync(join(source, 'long.bin'), Buffer.alloc(100_000, 'abcdefg'));
    writeFileSync(join(source, 'cache', 'old.tmp'), 'x');
    symlinkSync('flows.json', join(source, 'link'));
  });

  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const run = (...args: readonly string[]): Promise<CliResult> => runCli(...args, '--state', join(folder, 'state'));

  async function runJson<T>(...args: readonly string[]): Promise<T> {
    const result = await run(...args, '--json');
    assert.equal(result.code, 0, result.stderr);
    return JSON.parse(result.stdout) as T;
  }

  async function failure(...args: readonly string[]): Promise<Failure['error']> {
    const result = await run(...args, '--json');
    assert.equal(result.code, 1, result.stdout + result.stderr);
    return (JSON.parse(result.stdout) as Failure).error;
  }

  const create = (...args: readonly string[]): Promise<BackupRecord> =>
    runJson<BackupRecord>('create', '--source', source, '--to', target, ...args);

  it('make a backup, list it, show its files, verify it and restore it', async () => {
    const record = await create('--name', 'Before the update', '--exclude', '*.tmp');
    assert.equal(record.name, 'Before the update');
    assert.equal(record.automatic, false);
    assert.equal(record.files, 2);
    assert.ok(record.file.startsWith(`${record.backup_id}.before-the-update.tar`));

    assert.deepEqual(await runJson('list', '--at', target), [record]);

    const files = await runJson<FileEntry[]>('files', '--at', target);
    const paths = files.map(({ path, type }) => `${type} ${path}`).filter((text) => text.includes('greenhouse'));
    assert.deepEqual(paths, [
      'directory greenhouse',
      'directory greenhouse/cache',
      'file greenhouse/flows.json',
      'symlink greenhouse/link',
      'file greenhouse/long.bin',
    ]);

    assert.deepEqual(await runJson('verify', '--at', target), { ok: true, problems: [] });

    const restored = join(folder, 'restored');
    await runJson('restore', '--at', target, '--to', restored);
    assert.deepEqual(readFileSync(join(restored, 'greenhouse/long.bin')), readFileSync(join(source, 'long.bin')));
    assert.deepEqual(readdirSync(join(restored, 'greenhouse/cache')), []);
  });

  it('speak to people without --json', async () => {
    const created = await run('create', '--source', source, '--to', target);
    assert.equal(created.code, 0, created.stderr);
    assert.match(created.stdout, /^Backup {3}\S+ {2}"greenhouse"\nArchive {2}\S+\nSize {5}.+ in 3 files\n$/);
    assert.equal(created.stderr, '', 'no progress where there is no terminal');
    const id = /\d{8}T\d{6}Z-[0-9a-f]{8}/.exec(created.stdout)?.[0] ?? '';

    const listed = await run('list', '--at', target);
    assert.match(listed.stdout, new RegExp(`^ID .*\\n${id} .* 3 {2}greenhouse\\n$`));
    assert.match((await run('files', '--at', target)).stdout, /^- 0644 +2 bytes {2}greenhouse\/flows\.json$/m);
    assert.match((await run('files', '--at', target)).stdout, /^l \S+ +\S+ bytes {2}greenhouse\/link -> flows\.json$/m);
    assert.match((await run('verify', '--at', target)).stdout, new RegExp(`^${id} can be restored: 3 files`));
    const restored = await run('restore', '--at', target, '--to', join(folder, 'restored'));
    assert.match(restored.stdout, new RegExp(`^Restored 3 files, .* from ${id} to ${join(folder, 'restored')}\n$`));
  });

  it('take the newest backup, an id, or the beginning of one', async () => {
    const first = await create('--name', 'first');
    writeFileSync(join(source, 'flows.json'), '[1]');
    const second = await create('--name', 'second');
    const ids = await runJson<BackupRecord[]>('list', '--at', target);
    assert.deepEqual(ids.map(({ name }) => name).sort(), ['first', 'second']);

    const restore = async (to: string, ...id: readonly string[]): Promise<string> => {
      await runJson('restore', '--at', target, ...id, '--to', join(folder, to));
      return readFileSync(join(folder, to, 'greenhouse/flows.json'), 'utf8');
    };
    assert.equal(await restore('newest'), ids[0]?.backup_id === second.backup_id ? '[1]' : '[]');
    assert.equal(await restore('by-id', first.backup_id), '[]');
    assert.equal(await restore('by-beginning', second.backup_id.slice(0, -1)), '[1]');

    const several = await failure('verify', '--at', target, '2');
    assert.equal(several.code, 'invalid_request');
    assert.match(several.message, new RegExp(`2 fits several backups \\(.*${first.backup_id}`));
  });

  it('restore chosen paths, and replace what is there only with --overwrite', async () => {
    await create();
    const restored = join(folder, 'restored');
    const chosen = ['restore', '--at', target, '--to', restored, '--path', 'greenhouse/flows.json'];
    await runJson(...chosen);
    assert.deepEqual(readdirSync(join(restored, 'greenhouse')), ['flows.json']);
    const file = join(restored, 'greenhouse/flows.json');
    writeFileSync(file, 'mine');
    assert.equal((await failure(...chosen)).code, 'target_exists');
    assert.equal(readFileSync(file, 'utf8'), 'mine');
    await runJson(...chosen, '--overwrite');
    assert.equal(readFileSync(file, 'utf8'), '[]');
  });

  it('read a Node-RED user directory as Node-RED does, and label other sources as told', async () => {
    mkdirSync(join(source, 'node_modules/left-pad'), { recursive: true });
    writeFileSync(join(source, 'node_modules/left-pad/index.js'), '');
    writeFileSync(join(source, 'settings.js'), SETTINGS);
    const notes = join(folder, 'notes.txt');
    writeFileSync(notes, 'notes');
    const args = ['--source', `node-red=${source}`, '--source', `my=${notes}`, '--to', target];
    const record = await runJson<BackupRecord>('create', ...args);
    assert.equal(record.contains_secrets, true);
    assert.deepEqual(record.sources, [
      { label: 'node-red', path: source },
      { label: 'my', path: notes },
    ]);
    const paths = (await runJson<FileEntry[]>('files', '--at', target)).map(({ path }) => path);
    assert.ok(paths.includes('my') && paths.includes('node-red/flows.json'), paths.join());
    assert.ok(!paths.some((path) => path.includes('node_modules')), paths.join());
  });

  it('show the tabs of the flows in a backup, and print those that are chosen for import', async () => {
    const flows = [
      { id: 'tab1', type: 'tab', label: 'Greenhouse' },
      { id: 'node1', type: 'debug', z: 'tab1', x: 1, y: 1, wires: [] },
      { id: 'tab2', type: 'tab', label: 'House', disabled: true },
    ];
    writeFileSync(join(source, 'flows.json'), JSON.stringify(flows));
    writeFileSync(join(source, 'settings.js'), SETTINGS);
    await runJson('create', '--source', `node-red=${source}`, '--to', target);
    const shown = await run('flows', '--at', target);
    assert.match(shown.stdout, /^ID +NODES +TAB\ntab1 +1 +Greenhouse\ntab2 +0 +House \(disabled\)\n$/);
    assert.equal((await runJson<unknown[]>('flows', '--at', target)).length, 2);
    const printed = await run('flows', '--at', target, '--tab', 'Greenhouse');
    assert.deepEqual(JSON.parse(printed.stdout), flows.slice(0, 2));
    const none = await failure('flows', '--at', target, '--tab', 'Cellar');
    assert.match(none.message, /no tab "Cellar"\. It has "Greenhouse" \(tab1\)/);
    assert.deepEqual(await runJson('verify', '--at', target, '--drill'), { ok: true, problems: [] });
  });

  for (const compression of ['zstd', 'gzip', 'none'] as const) {
    it(`make and verify an archive with --compression ${compression}`, async () => {
      assert.equal((await create('--compression', compression)).compression, compression);
      assert.deepEqual(await runJson('verify', '--at', target), { ok: true, problems: [] });
    });
  }

  it('end with exit code 3 when a file could not be read whole, and say which', async () => {
    // A file of sysfs says it has 4,096 bytes and gives fewer: it shrinks while it is read, also for root.
    const short = '/sys/kernel/uevent_seqnum';
    const { code, stdout, stderr } = await run('create', '--source', `short=${short}`, '--to', target, '--json');
    assert.equal(code, 3, stderr);
    const record = JSON.parse(stdout) as BackupRecord;
    assert.deepEqual(
      record.failed_files.list.map(({ path, reason }) => ({ path, reason })),
      [{ path: 'short', reason: 'changed' }],
    );
    assert.match(stderr, /warning: 1 file is not, or not whole, in the backup:\n {2}short: changed/);
  });

  it('find damage, and name the member', async () => {
    const record = await create('--compression', 'none');
    const archive = join(target, record.file);
    const bytes = readFileSync(archive);
    bytes.writeUInt8(bytes.readUInt8(bytes.indexOf('abcdefg')) ^ 1, bytes.indexOf('abcdefg'));
    writeFileSync(archive, bytes);
    const { code, stdout } = await run('verify', '--at', target, '--json');
    assert.equal(code, 1);
    const report = JSON.parse(stdout) as { ok: boolean; problems: { code: string; member: string | null }[] };
    assert.equal(report.ok, false);
    assert.ok(
      report.problems.some(({ code: what, member }) => what === 'archive_corrupt' && member === 'greenhouse/long.bin'),
    );
    const text = await run('verify', '--at', target);
    assert.equal(text.code, 1);
    assert.match(text.stdout, new RegExp(`^${record.backup_id} is damaged:\n {2}`));
  });

  it('fail with the reason when source, location or backup is not there', async () => {
    const missing = join(folder, 'missing');
    assert.equal((await failure('create', '--source', missing, '--to', target)).code, 'source_not_found');
    const location = await failure('list', '--at', missing);
    assert.equal(location.code, 'agent_unreachable');
    assert.match(location.message, /missing is not there/);
    assert.equal((await failure('list', '--at', join(source, 'flows.json'))).code, 'agent_unreachable');
    mkdirSync(target, { recursive: true });
    assert.deepEqual(await runJson('list', '--at', target), []);
    for (const command of ['verify', 'files']) {
      assert.equal((await failure(command, '--at', target)).code, 'backup_not_found');
    }
    assert.equal((await failure('restore', '--at', target, '--to', missing)).code, 'backup_not_found');
    const people = await run('verify', '--at', target);
    assert.match(people.stderr, /^node-red-backup: There is no complete backup in .* \(backup_not_found\)\n$/);
    assert.equal(people.stdout, '');
    assert.equal(people.code, 1);
  });

  it('take what stands before the first "=" as a label, unless it begins like a path', async () => {
    for (const label of ['a/b', '..', 'a/../b']) {
      const { code, message } = await failure('create', '--source', `${label}=${source}`, '--to', target);
      assert.equal(code, 'invalid_request');
      assert.match(message, /a label cannot hold/);
    }
    const odd = join(folder, 'with=sign');
    mkdirSync(odd);
    const record = await runJson<BackupRecord>('create', '--source', odd, '--to', target);
    assert.deepEqual(record.sources, [{ label: 'with=sign', path: odd }]);
  });

  it('list what is whole and warn of what is not', async () => {
    const record = await create();
    const lost = '20260101T000000Z-00000000';
    writeFileSync(join(target, `${lost}.json`), '');
    const { code, stdout, stderr } = await run('list', '--at', target, '--json');
    assert.equal(code, 0);
    assert.deepEqual(JSON.parse(stdout), [record]);
    assert.match(stderr, new RegExp(`^warning: ${lost}\\.json: `));
  });
});

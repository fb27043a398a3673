import assert from 'node:assert/strict';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseSidecar } from '../../../../src/agents/sidecar.ts';
import { openEngine, type BackupRecord, type Engine } from '../../../../src/index.ts';
import type { Encryption } from '../../../../src/backup-request.ts';
import { IDENTITY, OTHER_IDENTITY, OTHER_RECIPIENT, PASSPHRASE, RECIPIENT } from '../../../helpers/age.ts';
import { engineBench, wordOf } from '../../../helpers/engine-bench.ts';
import { tempFolder } from '../../../helpers/temp-folder.ts';

const { signal } = new AbortController();
const TO_KEY: Encryption = { kind: 'recipients', recipients: [RECIPIENT] };
const WITH_KEY = { identities: [IDENTITY], passphrases: [] };

describe('a protected backup', function () {
  const bench = engineBench();
  const folder = tempFolder();
  let engine: Engine;
  const story: string[] = [];
  const told: string[] = [];

  beforeEach(async () => {
    story.length = 0;
    told.length = 0;
    engine = await openEngine({
      stateDir: join(folder(), 'state'),
      localFolder: join(folder(), 'backups'),
      instanceName: 'greenhouse',
      nodeRedVersion: null,
      warn: (message) => told.push(message),
    });
    engine.events.subscribe((event) => {
      story.push(wordOf(event));
      told.push(JSON.stringify(event));
    });
    await mkdir(join(folder(), 'data', 'private-folder'), { recursive: true });
    await writeFile(join(folder(), 'data', 'private-folder', 'private-file'), 'private content');
  });
  afterEach(() => engine.close());

  function create(encryption: Encryption | null): Promise<BackupRecord> {
    const source = { kind: 'folder', label: 'data', path: join(folder(), 'data'), exclude: [] } as const;
    const changes = { sources: [source], folder: join(folder(), 'backups'), encryption };
    return engine.create(bench().request(changes)).result;
  }

  async function names(record: BackupRecord): Promise<string[]> {
    const found: string[] = [];
    for await (const { path } of engine.files(record.backup_id, 'local', signal)) found.push(path);
    return found;
  }

  const restore = (record: BackupRecord, to: string): Promise<unknown> =>
    engine.restore({
      ...{ backupId: record.backup_id, agentId: 'local', target: join(folder(), to), paths: null },
      ...{ overwrite: false, keepSetuid: false, nodeId: null },
    }).result;

  it('tells no path, neither in its record nor in its sidecar, and its name ends with .age', async () => {
    const record = await create(TO_KEY);
    assert.equal(record.protected, true);
    assert.match(record.file, /\.tar\.(zst|gz)\.age$/);
    assert.deepEqual(record.sources, [{ label: 'data' }]);
    const sidecar = await readFile(join(folder(), 'backups', `${record.backup_id}.json`));
    assert.doesNotMatch(sidecar.toString(), new RegExp(`private|${folder()}`));
    const reading = parseSidecar(sidecar, record.backup_id);
    assert.deepEqual(reading.kind === 'record' && reading.record, record);
    const archive = await readFile(join(folder(), 'backups', record.file));
    assert.equal(archive.toString('latin1', 0, 21), 'age-encryption.org/v1');
    assert.equal(archive.length, record.size);
  });

  it('is shown, proved and restored with a key on the ring, and only while it is there', async () => {
    const record = await create(TO_KEY);
    await assert.rejects(names(record), { code: 'key_missing' });
    await assert.rejects(restore(record, 'never'), { code: 'key_missing' });
    assert.equal((await engine.verify(record.backup_id, 'local', null).result).problems[0]?.code, 'key_missing');
    assert.equal(story.at(-1), 'verify:failed:key_missing');
    const removeOther = engine.keys.add({ identities: [OTHER_IDENTITY], passphrases: [] });
    await assert.rejects(names(record), { code: 'key_incorrect' });
    assert.equal((await engine.verify(record.backup_id, 'local', null).result).ok, false);
    assert.equal(story.at(-1), 'verify:failed:key_incorrect');
    const remove = engine.keys.add(WITH_KEY);
    removeOther();
    assert.ok((await names(record)).includes('data/private-folder/private-file'));
    const report = await engine.verify(record.backup_id, 'local', null).result;
    assert.deepEqual([report.ok, report.files], [true, 1]);
    await restore(record, 'back');
    const text = await readFile(join(folder(), 'back', 'data', 'private-folder', 'private-file'), 'utf8');
    assert.equal(text, 'private content');
    remove();
    await assert.rejects(names(record), { code: 'key_missing' });
  });

  it('and one that is not are read side by side', async () => {
    engine.keys.add({ identities: [], passphrases: ['another', PASSPHRASE] });
    const [plain, secret] = [await create(null), await create({ kind: 'passphrase', passphrase: PASSPHRASE })];
    assert.deepEqual(await names(plain), await names(secret));
    for (const { backup_id: id } of [plain, secret]) {
      assert.deepEqual((await engine.verify(id, 'local', null).result).problems, []);
    }
  });

  it('leaves no key in events, warnings, errors or on the disk', async () => {
    engine.keys.add({ identities: ['AGE-SECRET-KEY-1WRONG', IDENTITY], passphrases: [PASSPHRASE] });
    const own = await create(TO_KEY);
    assert.ok((await names(own)).length > 0, 'one that is none does not stand in the way');
    const record = await create({ kind: 'passphrase', passphrase: PASSPHRASE });
    await names(record);
    await engine.verify(record.backup_id, 'local', null).result;
    const other = await create({ kind: 'recipients', recipients: [OTHER_RECIPIENT] });
    for (const work of [names(other), restore(other, 'x')]) {
      await work.then(
        () => assert.fail('none of the keys is the right one'),
        (error: unknown) => told.push(String(error), String((error as Error).stack), String((error as Error).cause)),
      );
    }
    for (const place of ['state', 'backups']) {
      for (const entry of await readdir(join(folder(), place), { recursive: true, withFileTypes: true })) {
        if (entry.isFile()) told.push((await readFile(join(entry.parentPath, entry.name))).toString('latin1'));
      }
    }
    assert.doesNotMatch(told.join('\n'), /AGE-SECRET-KEY-1[A-Z0-9]|correct horse/);
  });

  for (const [what, encryption] of [
    ['no recipient', { kind: 'recipients', recipients: [] }],
    ['an identity as recipient', { kind: 'recipients', recipients: [IDENTITY] }],
    ['a mistyped recipient', { kind: 'recipients', recipients: [`${RECIPIENT.slice(0, -1)}0`] }],
    ['recipients of two kinds', { kind: 'recipients', recipients: [RECIPIENT, 'age1pq1xyz'] }],
    ['an empty passphrase', { kind: 'passphrase', passphrase: '' }],
  ] as const) {
    it(`is not made with ${what}, and nothing is left of it`, async () => {
      await assert.rejects(create(encryption), { code: 'invalid_request' });
      assert.doesNotMatch(told.join('\n'), /AGE-SECRET/);
      const left = await readdir(join(folder(), 'backups')).catch(() => []);
      assert.deepEqual(
        left.filter((name) => name !== '.nightkeep.json'),
        [],
      );
    });
  }
});

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import {
  chmodSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import * as sqlite from 'node:sqlite';
import type { CreateTask } from '../../../../src/archive/tasks.ts';
import type { CopyReply } from '../../../../src/archive/sqlite/copy-message.ts';
import { copyDatabase, type Sqlite } from '../../../../src/archive/sqlite/copy-database.ts';
import { DatabaseCopier } from '../../../../src/archive/sqlite/database-copier.ts';
import { create, folderSource, restore } from '../../../helpers/archives.ts';
import { withSmallDisk } from '../../../helpers/small-disk.ts';
import { tempFolder } from '../../../helpers/temp-folder.ts';

const { DatabaseSync } = sqlite;

describe('databases in a backup', function () {
  const folder = tempFolder();
  const place = (...parts: string[]): string => join(folder(), ...parts);
  const root = (name: string): string => place('root', name);
  const opened: sqlite.DatabaseSync[] = [];

  beforeEach(() => {
    mkdirSync(place('root'));
  });
  afterEach(() => {
    for (const database of opened.splice(0)) database.close();
  });

  const open = (path: string, mode: 'wal' | 'delete'): sqlite.DatabaseSync => {
    mkdirSync(dirname(path), { recursive: true });
    const database = new DatabaseSync(path);
    opened.push(database);
    database.exec(`PRAGMA journal_mode=${mode}; CREATE TABLE t (x); INSERT INTO t VALUES (1)`);
    return database;
  };
  const make = (path: string, mode: 'wal' | 'delete'): void => {
    open(path, mode).close();
    opened.pop();
  };
  const age = (path: string): void => utimesSync(path, 1_700_000_000, 1_700_000_000);
  const rowsOf = (path: string): number => {
    const database = new DatabaseSync(path);
    try {
      assert.equal(database.prepare('PRAGMA integrity_check').get()?.['integrity_check'], 'ok');
      return Number(database.prepare('SELECT count(*) AS n FROM t').get()?.['n']);
    } finally {
      database.close();
    }
  };
  const pack = (changes: Partial<CreateTask> = {}): ReturnType<typeof create> =>
    create(place('archive'), { sources: [folderSource(place('root'))], ...changes });
  const packed = async (changes: Partial<CreateTask> = {}): Promise<readonly string[]> => {
    const { failedFiles } = await pack(changes);
    await restore(place('archive'), place('out'));
    assert.deepEqual(
      readdirSync(folder()).filter((name) => name.startsWith('archive.sqlite')),
      [],
    );
    return failedFiles.list.map(({ path, reason, message }) => `${path} ${reason}: ${message}`);
  };
  /** As another process sees it. */
  const isLocked = (path: string): boolean => {
    const script = `const { DatabaseSync } = require('node:sqlite');
      new DatabaseSync(process.argv[1]).exec('BEGIN IMMEDIATE');`;
    const { status, stderr } = spawnSync(process.execPath, ['-e', script, path], { encoding: 'utf8' });
    return status !== 0 && stderr.includes('database is locked');
  };
  const out = (name: string): string => place('out', 'data', name);
  const copy = (path: string, given: Sqlite | null = sqlite, lockedMs = 200): Promise<CopyReply> =>
    copyDatabase({ path: Buffer.from(path), copy: place('copy'), lockedMs }, given);

  it('are told by their first bytes, whatever they are called, and keep name, rights and time', async () => {
    make(root('zigbee.dat'), 'wal');
    age(root('zigbee.dat'));
    chmodSync(root('zigbee.dat'), 0o640);
    writeFileSync(root('notes.db'), 'x'.repeat(1024));
    writeFileSync(root('notes.db-wal'), 'not one of ours');
    assert.deepEqual(await packed(), []);
    assert.equal(rowsOf(out('zigbee.dat')), 1);
    const { mode, mtimeMs } = statSync(root('zigbee.dat'));
    assert.deepEqual([mode & 0o777, mtimeMs], [0o640, 1_700_000_000_000]);
    assert.equal(readFileSync(out('notes.db-wal'), 'utf8'), 'not one of ours');
    assert.deepEqual(readdirSync(place('root')).sort(), ['notes.db', 'notes.db-wal', 'zigbee.dat']);
  });

  it('leave nothing beside themselves when nobody has them open, however new they are', async () => {
    make(root('new.db'), 'wal');
    make(root('new2.db'), 'delete');
    assert.deepEqual(await packed(), []);
    assert.deepEqual(readdirSync(place('root')), ['new.db', 'new2.db']);
    assert.deepEqual([rowsOf(out('new.db')), rowsOf(out('new2.db'))], [1, 1]);
  });

  it('come with what is only in their log, and without it', async () => {
    open(root('live.db'), 'wal').exec('PRAGMA wal_autocheckpoint=0; INSERT INTO t VALUES (2), (3)');
    assert.deepEqual(readdirSync(place('root')), ['live.db', 'live.db-shm', 'live.db-wal']);
    assert.deepEqual(await packed(), []);
    assert.deepEqual(readdirSync(place('out', 'data')), ['live.db']);
    assert.equal(rowsOf(out('live.db')), 3);
  });

  it('of several names are stored once', async () => {
    make(root('one.db'), 'delete');
    linkSync(root('one.db'), root('two.db'));
    const { files } = await pack();
    await restore(place('archive'), place('out'));
    assert.equal(files, 2);
    assert.equal(statSync(out('one.db')).ino, statSync(out('two.db')).ino);
    assert.equal(rowsOf(out('two.db')), 1);
  });

  it('may have names that are not UTF-8', async () => {
    const name = Buffer.from([0x64, 0xff, 0xfe, 0x2e, 0x64, 0x62]);
    make(root('x.db'), 'delete');
    writeFileSync(Buffer.concat([Buffer.from(`${place('root')}/`), name]), readFileSync(root('x.db')));
    rmSync(root('x.db'));
    assert.deepEqual(await packed(), []);
    assert.ok(readdirSync(place('out', 'data'), { encoding: 'buffer' })[0]?.equals(name));
  });

  it('are copied like other files when that is set', async () => {
    open(root('live.db'), 'wal').exec('INSERT INTO t VALUES (2)');
    assert.deepEqual(await packed({ copyDatabases: false }), []);
    assert.ok(readdirSync(place('out', 'data')).includes('live.db-wal'));
  });

  it('that are damaged are stored byte by byte, with all that is beside them, and named', async () => {
    const damaged = Buffer.concat([Buffer.from('SQLite format 3\0'), randomBytes(4080)]);
    writeFileSync(root('bad.db'), damaged);
    writeFileSync(root('bad.db-journal'), 'a journal');
    const [failure, ...more] = await packed();
    assert.match(
      failure ?? '',
      /^data\/bad\.db changed: SQLite could not copy it \(.+\), so it was read like any other/,
    );
    assert.deepEqual(more, []);
    assert.ok(readFileSync(out('bad.db')).equals(damaged));
    assert.equal(readFileSync(out('bad.db-journal'), 'utf8'), 'a journal');
  });

  it('that are encrypted look like any other file, and are stored as one', async () => {
    const bytes = randomBytes(8192);
    writeFileSync(root('secret.db'), bytes);
    writeFileSync(root('secret.db-wal'), bytes);
    assert.deepEqual(await packed(), []);
    assert.ok(readFileSync(out('secret.db')).equals(bytes));
    assert.ok(readFileSync(out('secret.db-wal')).equals(bytes));
  });

  it('that stay locked are read as a file, which is said', async () => {
    open(root('locked.db'), 'delete').exec('BEGIN EXCLUSIVE; INSERT INTO t VALUES (2)');
    const reply = await copy(root('locked.db'));
    assert.ok(reply.kind === 'copied');
    assert.match(reply.why ?? '', /^the database stayed locked for 0\.2 s, so it was read like any other file/);
    assert.ok(readFileSync(place('copy')).equals(readFileSync(root('locked.db'))));
  });

  it('that are in use are read as a file by a Node.js that has no SQLite, which is said; others need none', async () => {
    open(root('live.db'), 'wal');
    const reply = await copy(root('live.db'), null);
    assert.ok(reply.kind === 'copied');
    assert.match(reply.why ?? '', /^This Node\.js \(v[\d.]+\) cannot copy databases in use, so it was read like/);
    rmSync(place('copy'));
    make(root('quiet.db'), 'wal');
    age(root('quiet.db'));
    assert.deepEqual(await copy(root('quiet.db'), null), { kind: 'copied', why: null, heldMs: 0 });
    assert.equal(rowsOf(place('copy')), 1);
  });

  it('need space for a copy beside the archive; without it they are read as a file', async () => {
    open(root('live.db'), 'wal');
    make(root('quiet.db'), 'wal');
    age(root('quiet.db'));
    await withSmallDisk(place('small'), async (small) => {
      const ask = (name: string): Promise<CopyReply> =>
        copyDatabase({ path: Buffer.from(root(name)), copy: join(small, 'copy'), lockedMs: 200 }, sqlite);
      const reply = await ask('live.db');
      assert.ok(reply.kind === 'none');
      assert.match(
        reply.why ?? '',
        /^copying it needs [\d.]+ kB beside the archive, and [\d.]+ MB are free, so it was/,
      );
      assert.deepEqual(await ask('quiet.db'), { kind: 'none', why: null });
      assert.deepEqual(readdirSync(small), []);
    });
  });

  it('have copies that only their user can read, until they are in the archive', async () => {
    open(root('live.db'), 'wal');
    make(root('quiet.db'), 'delete');
    age(root('quiet.db'));
    chmodSync(root('quiet.db'), 0o666);
    const copier = new DatabaseCopier(place('copy'), new AbortController().signal);
    for (const name of ['live.db', 'quiet.db']) {
      assert.equal((await copier.ask(Buffer.from(root(name)))).kind, 'copied');
      assert.equal(statSync(place('copy')).mode & 0o777, 0o600, name);
    }
    await copier.close();
    assert.deepEqual(readdirSync(folder()), ['root']);
  });

  it('say for how long their writers had to wait, unless they are in WAL mode', async () => {
    for (const mode of ['wal', 'delete'] as const) {
      const database = open(root(`${mode}.db`), mode);
      database.exec('CREATE TABLE f (x)');
      const insert = database.prepare('INSERT INTO f VALUES (randomblob(1000000))');
      for (let i = 0; i < 20; i++) insert.run();
      const reply = await copy(root(`${mode}.db`));
      assert.ok(reply.kind === 'copied' && reply.why === null);
      assert.equal(reply.heldMs > 0, mode === 'delete');
      rmSync(place('copy'));
    }
  });

  it('that a flow of this process has open keep their locks in WAL mode, also when only what is beside them is backed up', async () => {
    const path = root('flow.db');
    open(path, 'wal').exec('BEGIN IMMEDIATE; INSERT INTO t VALUES (2)');
    for (const exclude of [[], ['flow.db']]) {
      await create(place('archive'), { sources: [folderSource(place('root'), 'data', exclude)] });
      assert.ok(isLocked(path), `its lock is lost, with ${JSON.stringify(exclude)} left out`);
      rmSync(place('archive'));
    }
  });

  it('that a flow of this process has open keep its locks', async () => {
    const path = root('flow.db');
    open(path, 'delete').exec('BEGIN IMMEDIATE; INSERT INTO t VALUES (2)');
    assert.ok(isLocked(path));
    assert.deepEqual(await packed(), []);
    assert.ok(isLocked(path), 'its lock is lost');
    assert.equal(rowsOf(out('flow.db')), 1);
  });
});

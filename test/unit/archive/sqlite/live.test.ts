import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { create, createTask, folderSource, quietContext, restore, runArchiveTask } from '../../../helpers/archives.ts';
import { DatabaseWriter } from '../../../helpers/database-writer.ts';
import { isLongRun, recordFigure, tellProgress } from '../../../helpers/figures.ts';
import { tempFolder } from '../../../helpers/temp-folder.ts';

const BACKUPS = isLongRun ? 50 : 5;
const PER_SECOND = 500;
/** A busy machine does not manage them all; the figure says how many it did. */
const LEAST = isLongRun ? 100 : 10;

describe('a database that another process writes to', function () {
  this.timeout(3_600_000);
  const folder = tempFolder();
  const place = (...parts: string[]): string => join(folder(), ...parts);
  let writer: DatabaseWriter | null = null;

  afterEach(async () => {
    await writer?.stop();
    writer = null;
  });

  const grow = (path: string, bytes: number): void => {
    const database = new DatabaseSync(path);
    database.exec('CREATE TABLE filler (data BLOB)');
    const insert = database.prepare('INSERT INTO filler VALUES (randomblob(1000000))');
    database.exec('BEGIN');
    for (let done = 0; done < bytes; done += 1_000_000) insert.run();
    database.exec('COMMIT');
    database.close();
  };
  /** Rows in the copy; fails when it is not sound. */
  const soundRows = (path: string): number => {
    const database = new DatabaseSync(path);
    try {
      assert.deepEqual({ ...database.prepare('PRAGMA integrity_check').get() }, { integrity_check: 'ok' });
      const a = Number(database.prepare('SELECT count(*) AS n FROM a').get()?.['n']);
      assert.equal(database.prepare('SELECT count(*) AS n FROM b').get()?.['n'], a, 'half a transaction');
      return a;
    } finally {
      database.close();
    }
  };

  for (const mode of ['wal', 'delete'] as const) {
    it(`opens from every backup, in ${mode} mode, and its writer never fails`, async () => {
      mkdirSync(place('root'));
      grow(place('root', 'live.db'), 20_000_000);
      writer = await DatabaseWriter.start(place('root', 'live.db'), mode, PER_SECOND);
      let rows = 0;
      for (let i = 0; i < BACKUPS; i++) {
        tellProgress(`backup ${String(i + 1)} of ${String(BACKUPS)}`);
        const task = createTask(place('archive'), { sources: [folderSource(place('root'))] });
        const { failedFiles, notes } = await runArchiveTask(task, quietContext());
        assert.deepEqual(failedFiles.list, []);
        // A disk that others keep busy makes the copying slow, which those in WAL mode need not be told.
        if (mode === 'wal') assert.deepEqual(notes, []);
        assert.deepEqual(readdirSync(folder()).sort(), ['archive', 'root']);
        await restore(place('archive'), place('out'));
        assert.deepEqual(readdirSync(place('out', 'data')), ['live.db']);
        const found = soundRows(place('out', 'data', 'live.db'));
        assert.ok(found >= rows, 'an older state than before');
        rows = found;
        for (const name of ['archive', 'out']) rmSync(place(name), { recursive: true });
      }
      const { failed, written, longestMs, perSecond } = await writer.figures();
      assert.equal(failed, 0);
      assert.ok(rows > 0 && written >= rows);
      const shown = mode === 'wal' ? 'WAL' : 'rollback journal';
      const all = `${String(BACKUPS)} of ${String(BACKUPS)} sound, 0 of ${String(written)} writes failed`;
      recordFigure(`SQLite (${shown}), ${perSecond.toFixed(0)} writes a second during backups`, all);
      recordFigure(`SQLite (${shown}), longest wait of a writer`, `${longestMs.toFixed(0)} ms`);
      assert.ok(perSecond > LEAST, `only ${String(perSecond)} writes a second`);
    });
  }

  it('is worth nothing as a plain file, which is what is tested here', async () => {
    mkdirSync(place('root'));
    writer = await DatabaseWriter.start(place('root', 'live.db'), 'wal', PER_SECOND);
    while ((await writer.figures()).written < 100) await new Promise((resolve) => setTimeout(resolve, 20));
    await create(place('archive'), { sources: [folderSource(place('root'))], copyDatabases: false });
    await restore(place('archive'), place('out'));
    assert.ok(existsSync(place('out', 'data', 'live.db-wal')));
  });
});

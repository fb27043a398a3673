import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { isLongRun, recordFigure, tellProgress } from '../helpers/figures.ts';
import { tempFolder } from '../helpers/temp-folder.ts';

const helpers = join(import.meta.dirname, '..', 'helpers');
const POINTS = isLongRun ? 100 : 5;

describe('a backup with hooks and a database that is killed', function () {
  this.timeout(3_600_000);
  const folder = tempFolder();
  const place = (...parts: string[]): string => join(folder(), ...parts);

  /** @returns the exit code, null when it was killed */
  function run(killAt: number | null): number | null {
    rmSync(place('calls'), { force: true });
    const kill = killAt === null ? [] : ['--require', join(helpers, 'kill-at.cjs')];
    const env = { ...process.env, NIGHTKEEP_KILL_LOG: place('calls'), NIGHTKEEP_KILL_AT: String(killAt) };
    const paths = ['state', 'data', 'backups', 'log'].map((name) => place(name));
    const args = [...kill, join(helpers, 'hooked-backup-process.ts'), ...paths];
    const { status, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8', env });
    if (killAt === null) assert.equal(status, 0, stderr);
    return status;
  }
  const files = (name: string): string[] => readdirSync(place(name)).filter((each) => each !== '.nightkeep.json');
  const log = (): string[] => (existsSync(place('log')) ? readFileSync(place('log'), 'utf8').trim().split('\n') : []);

  it('has resumed at the next start all that it had stopped, and leaves nothing behind', () => {
    mkdirSync(place('data'));
    writeFileSync(place('data', 'text'), 'night after night\n'.repeat(1000));
    const database = new DatabaseSync(place('data', 'live.db'));
    database.exec('PRAGMA journal_mode=wal; CREATE TABLE t (x); INSERT INTO t VALUES (1)');
    assert.equal(run(Number.MAX_SAFE_INTEGER), 0);
    const calls = readFileSync(place('calls'), 'latin1');
    let resumed = 0;
    for (let i = 0; i < POINTS; i++) {
      tellProgress(`kill ${String(i + 1)} of ${String(POINTS)}`);
      for (const name of ['state', 'backups', 'log']) rmSync(place(name), { recursive: true, force: true });
      const point = 1 + Math.floor((i * (calls.length - 1)) / (POINTS - 1));
      const where = `killed at call ${String(point)} of ${calls}`;
      run(point);
      const stopped = log().filter((line) => line.startsWith('before'));
      run(null);
      for (const line of stopped) {
        const job = line.split(' ')[1] ?? '';
        assert.ok(log().includes(`after ${job}`), where);
        resumed += 1;
      }
      assert.match(log().at(-1) ?? '', /^after/, where);
      assert.deepEqual(files('state/hooks'), [], where);
      const strays = files('backups').filter((name) => !/^\d{8}T\d{6}Z-[0-9a-f]{8}\./.test(name));
      assert.deepEqual(strays, [], where);
    }
    database.close();
    assert.ok(resumed > 0, 'no point lay behind a hook');
    recordFigure('kill -9 anywhere in a backup with hooks', `${String(POINTS)} of ${String(POINTS)} resumed and clean`);
  });
});

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { bindMounts } from '../helpers/bind-mounts.ts';
import { isLongRun, recordFigure, tellProgress } from '../helpers/figures.ts';
import { makeMounted, mountAgain } from '../helpers/mounted-user-dir.ts';
import { filesIn, stagedRestore } from '../helpers/staged-restore.ts';
import { tempFolder } from '../helpers/temp-folder.ts';
import { put } from '../helpers/user-dir.ts';

const MOUNTED = ['settings.js', 'flows.json', 'context'];
const POINTS = isLongRun ? 100 : 8;
const LARGE = 'x'.repeat(1024 * 1024);

describe('a restore into what is mounted that is killed', function () {
  this.timeout(3_600_000);
  const mounts = bindMounts();
  const root = tempFolder();
  const userDir = (): string => join(root(), 'data');

  /** @returns whether it came to its end */
  function run(verb: 'apply' | 'finish' | 'undo', killAt = Number.MAX_SAFE_INTEGER): boolean {
    const helpers = join(import.meta.dirname, '..', 'helpers');
    const env = { ...process.env, NIGHTKEEP_KILL_LOG: join(root(), 'calls'), NIGHTKEEP_KILL_AT: String(killAt) };
    rmSync(env.NIGHTKEEP_KILL_LOG, { force: true });
    const args = [
      '--require',
      join(helpers, 'kill-at.cjs'),
      join(helpers, 'restore-at-once-process.ts'),
      verb,
      userDir(),
    ];
    const { status, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8', env });
    if (status !== null && status !== 0) throw new Error(stderr);
    return status === 0;
  }

  /** Keeps all as it is now. @returns what puts it back */
  function snapshot(name: string): () => void {
    const kept = join(root(), name);
    const how = { recursive: true, preserveTimestamps: true, verbatimSymlinks: true };
    for (const part of ['host', 'data']) cpSync(join(root(), part), join(kept, part), how);
    return () => {
      mounts.unmountAll();
      for (const part of ['host', 'data']) {
        rmSync(join(root(), part), { recursive: true });
        cpSync(join(kept, part), join(root(), part), how);
      }
      for (const mounted of MOUNTED) mountAgain(mounts, root(), mounted);
    };
  }

  function killAll(verb: 'apply' | 'undo', putBack: () => void, check: (where: string) => void): void {
    putBack();
    run(verb);
    const calls = readFileSync(join(root(), 'calls'), 'latin1').length;
    for (let i = 0; i < POINTS; i++) {
      tellProgress(`${verb}: kill ${String(i + 1)} of ${String(POINTS)}`);
      putBack();
      const point = 1 + Math.floor((i * (calls - 1)) / (POINTS - 1));
      assert.ok(!run(verb, point));
      check(`${verb} killed at call ${String(point)} of ${String(calls)}`);
    }
  }

  it('ends in the new state with the next command, and in the old one when it is taken back', async () => {
    makeMounted(mounts, root(), MOUNTED);
    writeFileSync(join(userDir(), 'flows.json'), JSON.stringify([{ id: 'a', info: LARGE }]));
    const old = filesIn(userDir());
    await stagedRestore(userDir(), [], (staged) => {
      put(join(staged, 'node-red'), {
        'settings.js': 'module.exports = { uiPort: 1881 };\n'.repeat(3),
        'flows.json': JSON.stringify([{ id: 'b', info: LARGE + LARGE }]),
        'context/global/global.json': '{"mark":"old"}',
        'data/own.txt': 'old',
      });
    });
    const putBack = snapshot('staged');
    run('apply');
    const restored = filesIn(userDir());
    assert.equal(restored['context/flow/b.json'], undefined);
    const done = snapshot('done');
    killAll('apply', putBack, (where) => {
      run('finish');
      const now = filesIn(userDir());
      // Killed before it had written down that it began, it did not begin.
      const isBegun = now['data/own.txt'] === 'old';
      assert.deepEqual(now, isBegun ? restored : old, where);
      if (isBegun) run('undo');
      assert.deepEqual(filesIn(userDir()), old, where);
    });
    killAll('undo', done, (where) => {
      run('finish');
      const now = filesIn(userDir());
      const isBegun = now['data/own.txt'] !== 'old';
      assert.deepEqual(now, isBegun ? old : restored, where);
    });
    recordFigure(
      'kill -9 while files that are mounted are restored or taken back',
      `${String(2 * POINTS)} of ${String(2 * POINTS)} survived`,
    );
  });
});

import assert from 'node:assert/strict';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { isLongRun, recordFigure, tellProgress } from '../helpers/figures.ts';
import { TestNodeRed } from '../helpers/node-red.ts';
import { restoreStep, snapshot, stageRestore, stateOf } from '../helpers/restore-bench.ts';
import { tempFolder } from '../helpers/temp-folder.ts';

/** Kills of a start that applies, of one that rolls back, and of an undo. */
const POINTS = isLongRun ? { apply: 120, rollBack: 40, undo: 40 } : { apply: 5, rollBack: 2, undo: 3 };
/** Kills of a whole Node-RED. */
const WHOLE = isLongRun ? 10 : 2;

describe('a restore into Node-RED that is killed', function () {
  this.timeout(3_600_000);
  const root = tempFolder();
  const userDir = (): string => join(root(), 'data');

  type Verb = Parameters<typeof restoreStep>[0];

  /** How many changes of the disk it makes from here when nobody kills it. */
  function callsOf(verb: Verb): number {
    assert.equal(restoreStep(verb, userDir(), Number.MAX_SAFE_INTEGER), 0);
    return readFileSync(join(root(), 'calls'), 'latin1').length;
  }

  /** Kills a step at points all along its way, and lets the next start follow. */
  function killAll(verb: Verb, count: number, check: (where: string) => void): void {
    const putBack = snapshot(userDir());
    const calls = callsOf(verb);
    for (let i = 0; i < count; i++) {
      tellProgress(`${verb}: kill ${String(i + 1)} of ${String(count)}`);
      putBack();
      const point = 1 + Math.floor((i * (calls - 1)) / Math.max(1, count - 1));
      const where = `${verb} killed at call ${String(point)} of ${String(calls)}`;
      assert.equal(restoreStep(verb, userDir(), point), null, where);
      check(where);
    }
    putBack();
  }

  it('ends in the new state when the next start follows, and in the old one when it is taken back', async () => {
    await stageRestore(root());
    const old = stateOf(userDir());
    const putBack = snapshot(userDir());
    restoreStep('start', userDir());
    const restored = stateOf(userDir());
    assert.notDeepEqual(restored, old);
    putBack();
    killAll('start', POINTS.apply, (where) => {
      restoreStep('confirm', userDir());
      assert.deepEqual(stateOf(userDir()), restored, where);
      restoreStep('undo', userDir());
      assert.deepEqual(stateOf(userDir()), old, where);
    });
    // Two starts that do not come to their flows; the third rolls back.
    restoreStep('start', userDir());
    restoreStep('start', userDir());
    const dead = snapshot(userDir());
    killAll('start', POINTS.rollBack, (where) => {
      restoreStep('start', userDir());
      assert.deepEqual(stateOf(userDir()), old, where);
    });
    dead();
    restoreStep('undo', userDir());
    putBack();
    restoreStep('confirm', userDir());
    killAll('undo', POINTS.undo, (where) => {
      restoreStep('start', userDir());
      // Killed before it had written down that it began, it did not begin.
      const isBegun = stateOf(userDir())['data/own.txt'] === old['data/own.txt'];
      assert.deepEqual(stateOf(userDir()), isBegun ? old : restored, where);
      if (!isBegun) restoreStep('undo', userDir());
      assert.deepEqual(stateOf(userDir()), old, where);
    });
    const all = POINTS.apply + POINTS.rollBack + POINTS.undo;
    recordFigure(
      'kill -9 while a restore is applied, rolled back or undone',
      `${String(all)} of ${String(all)} survived`,
    );
  });

  it('inside a whole Node-RED, starts the next time, with all of the backup', async () => {
    await stageRestore(root());
    const putBack = snapshot(userDir());
    const log = join(root(), 'calls');
    const calls = (): number => readFileSync(log, 'latin1').length;
    const start = async (killAt: number): Promise<void> => {
      rmSync(log, { force: true });
      const env = { NIGHTKEEP_KILL_LOG: log, NIGHTKEEP_KILL_AT: String(killAt) };
      const kill = ['--require', join(import.meta.dirname, '..', 'helpers', 'kill-at.cjs')];
      const red = await TestNodeRed.start({ userDir: userDir(), env, nodeArguments: kill });
      await red.stop('SIGKILL');
    };
    const wanted = [
      'flows.json',
      'context/global/global.json',
      'context/flow/b.json',
      'data/own.txt',
      'flows_cred.json',
    ];
    const stateNow = (): unknown[] => wanted.map((name) => stateOf(userDir())[name]);
    await start(Number.MAX_SAFE_INTEGER);
    const [all, restored] = [calls(), stateNow()];
    for (let i = 0; i < WHOLE; i++) {
      tellProgress(`kill ${String(i + 1)} of ${String(WHOLE)}`);
      putBack();
      const point = Math.floor((all * (i + 1)) / (WHOLE + 2));
      const where = `killed at call ${String(point)} of ${String(all)}`;
      await assert.rejects(start(point), where);
      const red = await TestNodeRed.start({ userDir: userDir() });
      await red.stop();
      assert.deepEqual(stateNow(), restored, where);
    }
    recordFigure('kill -9 of a whole Node-RED that applies a restore', `${String(WHOLE)} of ${String(WHOLE)} survived`);
  });
});

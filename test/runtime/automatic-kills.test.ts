import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { isLongRun, recordFigure, tellProgress } from '../helpers/figures.ts';
import { MovedClock } from '../helpers/moved-clock.ts';
import type { TestNodeRed } from '../helpers/node-red.ts';
import { oneNodeRed } from '../helpers/one-node-red.ts';
import { scheduledFlow } from '../helpers/scheduled-flow.ts';

const POINTS = isLongRun ? 100 : 3;
const FIRST_NIGHT = Date.UTC(2026, 10, 1, 3);
const DAY_MS = 86_400_000;
/** How long a run takes, about: points are spread over it, and a little beyond. */
const RUN_MS = 600;
const LARGE_BYTES = 24 * 1024 * 1024;

interface Run {
  readonly outcome: string;
  readonly failed_reason: string | null;
  readonly ended: string;
}

describe('an automatic run that is ended by a kill or a restart', function () {
  this.timeout(3_600_000);
  const { folder, userDir, start } = oneNodeRed();

  const names = (): string[] => readdirSync(join(userDir(), 'backups')).filter((name) => /^\d{8}T/.test(name));
  const night = (number: number): number => FIRST_NIGHT + number * DAY_MS;

  it('leaves a true state, and the next night is made', async () => {
    const clock = new MovedClock(folder());
    const data = join(folder(), 'data');
    mkdirSync(data);
    writeFileSync(join(data, 'noise'), randomBytes(LARGE_BYTES));
    const startAt = (ms: number): Promise<TestNodeRed> => {
      clock.set(new Date(ms).toISOString());
      return start(scheduledFlow(data, 'UTC'), { env: { ...clock.env, TZ: 'UTC' } });
    };
    const startBefore = (number: number): Promise<TestNodeRed> => startAt(night(number) - 4000);
    const status = async (node: TestNodeRed): Promise<Record<string, unknown>> => {
      await node.post('inject/ask');
      return (await node.heard('state', () => true)).payload;
    };
    const history = (): Run[] =>
      (JSON.parse(readFileSync(join(userDir(), '.nightkeep', 'history.json'), 'utf8')) as { runs: Run[] }).runs;

    let node = await startAt(night(0));
    await node.post('inject/run');
    await node.heard('result');
    await node.stop();
    let interrupted = 0;
    for (let point = 0; point < POINTS; point++) {
      tellProgress(`kill ${String(point + 1)} of ${String(POINTS)}`);
      const where = `point ${String(point)}`;
      node = await startBefore(2 * point + 1);
      await node.heard('told', ({ payload }) => payload['backup_stage'] === 'archive');
      await new Promise((resolve) => setTimeout(resolve, Math.floor((RUN_MS * ((point * 37) % POINTS)) / POINTS)));
      await node.stop(point % 3 === 2 ? 'SIGTERM' : 'SIGKILL');
      node = await startBefore(2 * point + 2);
      const made = await node.heard('result', ({ topic }) => topic === 'backup/schedule');
      assert.equal(made['late'], false, where);
      const { plans, next_scheduled_automatic_backup: next, broken } = await status(node);
      assert.equal(Date.parse(String(next)), night(2 * point + 3), where);
      assert.deepEqual(broken, [], where);
      const [plan] = plans as { last_error: unknown; last_completed: string }[];
      assert.ok(plan !== undefined, where);
      assert.equal(plan.last_error, null, where);
      assert.ok(Date.parse(plan.last_completed) >= night(2 * point + 2), where);
      await node.stop();
      const sidecars = names().filter((name) => name.endsWith('.json'));
      assert.equal(names().length, 2 * sidecars.length, `${where}: an archive for each sidecar`);
      const nights = history().map(({ ended }) => ended.slice(0, 10));
      assert.equal(new Set(nights).size <= nights.length, true, where);
      const cut = history().filter(
        ({ failed_reason }) => failed_reason === 'interrupted' || failed_reason === 'canceled',
      );
      const whole = history().filter(({ outcome }) => outcome === 'completed');
      assert.equal(whole.length, sidecars.length, `${where}: the history tells of each backup`);
      assert.equal(cut.length + whole.length, 2 * point + 3, `${where}: and of each night`);
      interrupted = cut.length;
    }
    recordFigure(
      'kill or restart during a scheduled run: state true, next run right',
      `${String(POINTS)} of ${String(POINTS)} (${String(interrupted)} runs cut off)`,
    );
  });
});

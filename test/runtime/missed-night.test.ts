import assert from 'node:assert/strict';
import { tellProgress } from '../helpers/figures.ts';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { MovedClock } from '../helpers/moved-clock.ts';
import type { TestNodeRed, ToldMessage } from '../helpers/node-red.ts';
import { oneNodeRed } from '../helpers/one-node-red.ts';
import { scheduledFlow } from '../helpers/scheduled-flow.ts';

type Told = ToldMessage['msg'];

/** Longer than a run that was missed waits after a start, and than the scheduler sleeps. */
const QUIET_MS = 26_000;

describe('a schedule in a real Node-RED, its clock moved from outside', function () {
  this.timeout(900_000);
  const one = oneNodeRed();

  it('makes each night once, makes up for missed ones once and says that it is late', async () => {
    const clock = new MovedClock(one.folder());
    const data = join(one.folder(), 'data');
    mkdirSync(data);
    writeFileSync(join(data, 'a.txt'), 'night after night');
    const start = (): Promise<TestNodeRed> =>
      one.start(scheduledFlow(data, 'Europe/Berlin'), { env: { ...clock.env, TZ: 'America/New_York' } });
    const status = async (node: TestNodeRed): Promise<Told['payload']> => {
      const before = node.told('state').length;
      await node.post('inject/ask');
      await node.heard('state', () => node.told('state').length > before);
      return node.told('state').at(-1)?.payload ?? {};
    };
    const next = async (node: TestNodeRed): Promise<number> =>
      Date.parse(String((await status(node))['next_scheduled_automatic_backup']));

    clock.set('2026-10-23T12:00:00Z');
    let node = await start();
    await node.post('inject/run');
    await node.heard('result');
    assert.equal(await next(node), Date.parse('2026-10-24T03:00:00+02:00'));

    tellProgress('a start');
    clock.set('2026-10-24T02:59:58+02:00');
    const nightly = await node.heard('result', ({ topic }) => topic === 'backup/schedule');
    assert.equal(nightly['late'], false);
    assert.equal(
      Date.parse(String((nightly.payload as { date?: string }).date)) >= Date.parse('2026-10-24T03:00:00+02:00'),
      true,
    );
    assert.equal(await next(node), Date.parse('2026-10-25T03:00:00+01:00'), 'the clocks go back in this night');

    await node.stop();
    tellProgress('a night');
    clock.set('2026-10-27T09:00:00+01:00');
    node = await start();
    const late = await node.heard('result');
    assert.deepEqual([late.topic, late['late']], ['backup/schedule', true]);
    const told = await node.heard('told', ({ payload }) => payload['event_type'] === 'completed');
    assert.equal(told.payload['late'], true);

    await node.stop();
    tellProgress('a missed night');
    clock.set('2026-10-27T09:10:00+01:00');
    node = await start();
    await new Promise((resolve) => setTimeout(resolve, QUIET_MS));
    assert.deepEqual(node.told('result'), [], 'never two');
    const { last_attempted_automatic_backup: attempted, plans } = await status(node);
    assert.ok(Date.parse(String(attempted)) < Date.parse('2026-10-27T09:05:00+01:00'));
    assert.equal((plans as unknown[]).length, 1);
    assert.equal(await next(node), Date.parse('2026-10-28T03:00:00+01:00'));
  });
});

import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { OverdueEvent } from '../../../../src/events.ts';
import type { AutomaticPlan } from '../../../../src/manager/requests.ts';
import type { Engine } from '../../../../src/manager/engine.ts';
import type { DueRun } from '../../../../src/schedule/scheduler.ts';
import { engineBench } from '../../../helpers/engine-bench.ts';
import { passTime } from '../../../helpers/pass-time.ts';
import { memoryAgent } from '../../../helpers/memory-agent.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** After a start or a jump nothing is told before. */
const SETTLED_MS = HOUR_MS / 4;

/** The bench's clock stands at 2:00 on 20 November at first. */
describe('plans that work by themselves', () => {
  const bench = engineBench();
  let due: DueRun[];

  beforeEach(() => {
    due = [];
  });

  const plan = (changes: Partial<AutomaticPlan> = {}): AutomaticPlan => ({
    planId: 'plan',
    planName: 'Every night',
    nodeId: 'node',
    schedule: { cron: '0 3 * * *', timeZone: 'UTC' },
    expectation: null,
    run: (run) => {
      due.push(run);
      bench().engine.create(bench().request({ late: run.late }));
    },
    ...changes,
  });
  const nightly = { every: { cron: '0 3 * * *', timeZone: 'UTC' }, marginMs: 3 * HOUR_MS };
  const overdue = (): OverdueEvent[] => bench().events.filter((event) => event.event_type === 'overdue');
  const later = async (ms: number): Promise<Engine> => {
    await bench().engine.close();
    bench().clock.advance(ms);
    return bench().reopen();
  };

  it('makes a backup when it is due and shows the next one', async () => {
    const { engine, clock, until } = bench();
    engine.automation.add(plan());
    assert.equal(Date.parse(String(engine.automation.outlook()[0]?.next_scheduled)), Date.UTC(2026, 10, 20, 3));
    passTime(clock, HOUR_MS);
    await until('create:completed');
    assert.equal(Date.parse(String(engine.automation.outlook()[0]?.next_scheduled)), Date.UTC(2026, 10, 21, 3));
    assert.equal(due.length, 1);
    assert.equal(bench().events.at(-1)?.late, false);
  });

  it('makes up for a missed night after a restart, once, and its events say that it is late', async () => {
    const { engine, clock, request, until } = bench();
    await engine.create(request()).result;
    engine.automation.add(plan());
    const second = await later(2 * DAY_MS);
    second.automation.add(plan({ run: (run) => (due.push(run), void second.create(request({ late: run.late }))) }));
    passTime(clock, 60_000);
    await until('create:completed', 2);
    assert.equal(bench().events.at(-1)?.late, true);
    assert.deepEqual(
      second.history().map(({ late }) => late),
      [false, true],
    );
    const third = await later(HOUR_MS / 4);
    third.automation.add(plan());
    passTime(clock, HOUR_MS / 4);
    assert.equal(due.length, 1);
  });

  it('does not make up for a night of another schedule', async () => {
    const { engine, clock, request } = bench();
    await engine.create(request()).result;
    engine.automation.add(plan());
    const second = await later(2 * DAY_MS);
    second.automation.add(plan({ schedule: { cron: '30 2 * * *', timeZone: 'UTC' } }));
    passTime(clock, 60_000);
    assert.equal(due.length, 0);
  });

  it('refuses a schedule that is none', () => {
    const wrong = plan({ schedule: { cron: '0 3 * *', timeZone: null } });
    assert.throws(() => bench().engine.automation.add(wrong), { code: 'invalid_request', message: /4 parts/ });
  });

  it('sets a damaged note of its schedules aside, and goes on', async () => {
    const { engine, stateDir, warnings } = bench();
    engine.automation.add(plan());
    await engine.close();
    writeFileSync(join(stateDir, 'plans.json'), '{"version":1,"plans":{"plan":{"schedule":7}}}');
    writeFileSync(join(stateDir, 'history.json'), '{"version":9}');
    const second = await bench().reopen();
    second.automation.add(plan());
    assert.match(
      warnings.join('\n'),
      /schedules in .*plans\.json could not be used .* set aside as plans\.json\.corrupt-1/,
    );
    assert.match(warnings.join('\n'), /history of runs in .*history\.json could not be used \(version/);
    assert.notEqual(second.automation.outlook()[0]?.next_scheduled, null);
  });

  describe('and are watched', () => {
    const quiet = (changes: Partial<AutomaticPlan> = {}): AutomaticPlan =>
      plan({ schedule: null, expectation: nightly, ...changes });

    it('are overdue when the time and the margin are over, once a lapse', async () => {
      const { engine, clock, request } = bench();
      engine.automation.add(quiet());
      passTime(clock, 4 * HOUR_MS - 120_000, 60_000);
      assert.equal(overdue().length, 0, 'at 5:58');
      passTime(clock, 240_000, 60_000);
      assert.equal(overdue().length, 1, 'at 6:02');
      assert.match(
        overdue()[0]?.overdue.message ?? '',
        /No complete backup of "Every night" .*there has been none yet/,
      );
      assert.equal(engine.automation.outlook()[0]?.overdue.length, 1);
      passTime(clock, 3 * DAY_MS, 60_000);
      assert.equal(overdue().length, 1, 'once');
      await engine.create(request()).result;
      assert.deepEqual(engine.automation.outlook()[0]?.overdue, []);
      passTime(clock, 2 * DAY_MS, 60_000);
      assert.equal(overdue().length, 2, 'again after a success');
      assert.match(overdue()[1]?.overdue.message ?? '', /the last one is of/);
    });

    it('are not told of again after a restart', async () => {
      const { engine, clock } = bench();
      engine.automation.add(quiet());
      passTime(clock, DAY_MS, 60_000);
      assert.equal(overdue().length, 1);
      const second = await later(HOUR_MS);
      second.automation.add(quiet());
      passTime(clock, DAY_MS, 60_000);
      assert.equal(overdue().length, 1);
      assert.equal(second.automation.outlook()[0]?.overdue.length, 1, 'still shown');
    });

    it('are told of a while after a start at which they are overdue already', async () => {
      const { engine, clock } = bench();
      engine.automation.add(quiet());
      const second = await later(2 * DAY_MS);
      second.automation.add(quiet());
      passTime(clock, SETTLED_MS - 120_000, 60_000);
      assert.equal(overdue().length, 0);
      passTime(clock, 240_000, 60_000);
      assert.equal(overdue().length, 1);
    });

    it('are not told of by a clock that jumps ahead and is put right', () => {
      const { engine, clock } = bench();
      engine.automation.add(quiet());
      passTime(clock, HOUR_MS / 2, 60_000);
      clock.setTimeOfDay(Date.UTC(2031, 0, 1));
      passTime(clock, 600_000, 60_000);
      clock.setTimeOfDay(Date.UTC(2026, 10, 20, 2, 40));
      passTime(clock, 3 * HOUR_MS, 60_000);
      assert.deepEqual(overdue(), []);
      passTime(clock, HOUR_MS, 60_000);
      assert.equal(overdue().length, 1, 'the true lapse');
    });

    it('are told of in time although a backup is dated years ahead', async () => {
      const { engine, clock, request } = bench();
      engine.automation.add(quiet());
      clock.setTimeOfDay(Date.UTC(2031, 0, 1));
      await engine.create(request()).result;
      clock.setTimeOfDay(Date.UTC(2026, 10, 20, 2, 5));
      passTime(clock, 5 * HOUR_MS, 60_000);
      assert.equal(overdue().length, 1);
    });

    it('take an interval where there is no schedule', () => {
      const { engine, clock } = bench();
      engine.automation.add(quiet({ expectation: { every: 6 * HOUR_MS, marginMs: HOUR_MS } }));
      passTime(clock, 7 * HOUR_MS - 60_000, 60_000);
      assert.equal(overdue().length, 0);
      passTime(clock, 180_000, 60_000);
      assert.equal(overdue().length, 1);
    });

    it('are told of when copies stop coming to a location, while its node is there', async () => {
      const { engine, clock, request, copyTo } = bench();
      passTime(clock, 1.5 * HOUR_MS, 60_000);
      engine.automation.add(quiet());
      engine.locations.register(memoryAgent('nas'));
      const leave = engine.automation.nodeIsThere('copy-node');
      engine.automation.expectCopy({ planId: 'plan', agentId: 'nas', agentName: 'NAS', nodeId: 'copy-node' });
      await engine.create(request()).result;
      await engine.copy(copyTo('nas')).result;
      for (let night = 0; night < 2; night++) {
        passTime(clock, DAY_MS, 60_000);
        await engine.create(request()).result;
        // The second night's copy does not come.
        if (night === 0) await engine.copy(copyTo('nas')).result;
      }
      passTime(clock, 5 * HOUR_MS, 60_000);
      assert.deepEqual(
        overdue().map(({ agent_name }) => agent_name),
        ['NAS'],
      );
      assert.match(overdue()[0]?.overdue.message ?? '', /No complete copy of "Every night" at NAS/);
      leave();
      assert.deepEqual(engine.automation.outlook()[0]?.overdue, []);
      engine.automation.nodeIsThere('copy-node');
      assert.equal(engine.automation.outlook()[0]?.overdue.length, 1);
      engine.automation.forgetNode('copy-node');
      assert.deepEqual(engine.automation.outlook()[0]?.overdue, []);
    });

    it('leave no timer behind', () => {
      const { engine, clock } = bench();
      const before = clock.pending;
      const ends = [1, 2, 3].map(() => engine.automation.add(plan({ expectation: nightly })));
      for (const end of ends) end();
      assert.equal(clock.pending, before);
    });
  });
});

import assert from 'node:assert/strict';
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { CreateTask } from '../../../../src/archive/tasks.ts';
import { nextTurn } from '../../../../src/clock.ts';
import { engineBench } from '../../../helpers/engine-bench.ts';
import { gate } from '../../../helpers/fake-archive.ts';
import type { Gate } from '../../../helpers/fake-archive.ts';

describe('taking turns', () => {
  const bench = engineBench();
  let door: Gate;

  beforeEach(() => {
    door = gate();
    bench().archive.during = (task) => (task.kind === 'create' ? door.passed : Promise.resolve());
  });
  afterEach(() => {
    door.open();
  });

  const jobFiles = (): Promise<string[]> => readdir(join(bench().stateDir, 'jobs'));
  const assertNoPartials = async (): Promise<void> => {
    const left = (await readdir(bench().folder)).filter((name) => name !== '.nightkeep.json');
    assert.deepEqual(left, []);
  };

  it('lets one create run at a time, in the order of asking', async () => {
    const { engine, request, story, archive, until } = bench();
    const jobs = ['a', 'b', 'c'].map((planId) => engine.create(request({ planId, name: planId })));
    await until('create:archive');
    assert.deepEqual(
      engine.jobs().map(({ planId }) => planId),
      ['a', 'b', 'c'],
    );
    assert.equal(engine.status().manager_state, 'create_backup');
    assert.deepEqual(
      engine
        .status()
        .jobs.map(({ backup_stage }) => backup_stage)
        .sort(),
      ['archive', null, null],
    );
    door.open();
    const names = (await Promise.all(jobs.map((job) => job.result))).map(({ name }) => name);
    assert.deepEqual(names, ['a', 'b', 'c']);
    assert.deepEqual(
      archive.tasks.map((task) => (task as CreateTask).header.name),
      ['a', 'b', 'c'],
    );
    assert.deepEqual(story().filter((word) => word === 'create:waiting').length, 2);
    const running = story().filter((word) => word !== 'create:waiting');
    assert.deepEqual(running, Array.from({ length: 3 }, () => ['create:archive', 'create:completed']).flat());
  });

  it('refuses when it is told not to wait', async () => {
    const { engine, request, story, archive } = bench();
    const first = engine.create(request());
    const second = engine.create(request({ planId: 'other', whenBusy: 'refuse' }));
    await assert.rejects(second.result, { code: 'busy', temporary: true });
    assert.ok(story().includes('create:failed:busy'));
    assert.equal(engine.planStatus('other').last_error?.code, 'busy');
    door.open();
    await first.result;
    assert.equal(archive.tasks.length, 1);
  });

  it('does not count a refused request as an automatic attempt', async () => {
    const { engine, request, clock } = bench();
    const first = engine.create(request({ automatic: false }));
    clock.advance(1000);
    await assert.rejects(engine.create(request({ whenBusy: 'refuse' })).result, { code: 'busy' });
    assert.equal(engine.status().last_attempted_automatic_backup, null);
    door.open();
    await first.result;
  });

  it('lets at most one create of a plan wait; later ones join it and get its result', async () => {
    const { engine, request, archive, story, until } = bench();
    const first = engine.create(request());
    const waiting = [1, 2, 3].map(() => engine.create(request({ name: 'second' })));
    await until('create:archive');
    assert.equal(engine.jobs().length, 2);
    assert.equal(new Set(waiting.map(({ jobId }) => jobId)).size, 1);
    door.open();
    const records = await Promise.all(waiting.map((job) => job.result));
    assert.equal(new Set(records.map(({ backup_id }) => backup_id)).size, 1);
    assert.notEqual((await first.result).backup_id, records[0]?.backup_id);
    assert.equal(archive.tasks.length, 2);
    assert.equal(story().filter((word) => word === 'create:completed').length, 2);
  });

  it('does not join a job that runs already', async () => {
    const { engine, request, archive, until } = bench();
    const first = engine.create(request());
    await until('create:archive');
    const second = engine.create(request());
    assert.notEqual(second.jobId, first.jobId);
    door.open();
    await Promise.all([first.result, second.result]);
    assert.equal(archive.tasks.length, 2);
  });

  it('cancels a joined job for one who asked, and for all when none wants it any more', async () => {
    const { engine, request, archive, story } = bench();
    const first = engine.create(request({ planId: 'first' }));
    const [one, two] = [engine.create(request()), engine.create(request())];
    one.cancel();
    one.cancel();
    await assert.rejects(one.result, { code: 'canceled' });
    assert.equal(engine.jobs().length, 2);
    two.cancel();
    await assert.rejects(two.result, { code: 'canceled' });
    assert.equal(engine.jobs().length, 1);
    assert.deepEqual(story().filter((word) => word === 'create:failed:canceled').length, 1);
    door.open();
    await first.result;
    assert.equal(archive.tasks.length, 1);
    assert.equal((await engine.create(request()).result).plan_id, 'plan');
  });

  it('does not join a job that was canceled while it waited', async () => {
    const { engine, request } = bench();
    const first = engine.create(request({ planId: 'first' }));
    const canceled = engine.create(request());
    await nextTurn();
    canceled.cancel();
    const next = engine.create(request());
    door.open();
    await assert.rejects(canceled.result, { code: 'canceled' });
    await first.result;
    assert.equal((await next.result).plan_id, 'plan');
  });

  it('cancels a running job, removes what it wrote, and goes on with the next', async () => {
    const { engine, request, archive, story, until } = bench();
    const wrote = gate();
    archive.during = async (task) => {
      await writeFile((task as CreateTask).path, 'half');
      wrote.open();
      await door.passed;
    };
    const job = engine.create(request());
    await wrote.passed;
    job.cancel();
    await assert.rejects(job.result, { code: 'canceled' });
    await assertNoPartials();
    assert.deepEqual(await jobFiles(), []);
    assert.equal(story().at(-1), 'create:failed:canceled');
    assert.equal(engine.planStatus('plan').last_error?.code, 'canceled');
    job.cancel();
    door.open();
    archive.during = () => Promise.resolve();
    await engine.create(request()).result;
    await until('create:completed');
  });

  it('cancels by the job of the list as well', async () => {
    const { engine, request, until } = bench();
    const job = engine.create(request());
    await until('create:archive');
    for (const each of engine.jobs()) if (each.nodeId === 'node') each.cancel();
    await assert.rejects(job.result, { code: 'canceled' });
  });

  it('ends a job that takes too long, counted from its turn', async () => {
    const { engine, request, clock, until, story } = bench();
    const first = engine.create(request({ planId: 'first' }));
    const second = engine.create(request({ timeoutMs: 1000 }));
    await until('create:archive');
    clock.advance(5000);
    door.open();
    await first.result;
    await second.result;
    door = gate();
    const third = engine.create(request({ timeoutMs: 1000, name: 'third' }));
    while (clock.pending === 0 || !engine.status().jobs.some(({ backup_stage }) => backup_stage === 'archive')) {
      await nextTurn();
    }
    clock.advance(999);
    assert.equal(engine.jobs().length, 1);
    clock.advance(1);
    await assert.rejects(third.result, { code: 'timeout', message: /1 s/ });
    assert.equal(story().at(-1), 'create:failed:timeout');
    assert.equal(clock.pending, 0);
  });

  it('gives the turn to the next, even when an ended job does not stop', async () => {
    const { engine, request, archive, clock, until } = bench();
    archive.heedsSignal = false;
    const stuck = engine.create(request({ planId: 'stuck' }));
    const next = engine.create(request({ planId: 'next' }));
    await until('create:archive');
    while (archive.tasks.length === 0) await nextTurn();
    stuck.cancel();
    await nextTurn();
    assert.equal(engine.jobs().length, 2);
    archive.during = () => Promise.resolve();
    clock.advance(15_000);
    await assert.rejects(stuck.result, { code: 'canceled' });
    assert.equal((await next.result).plan_id, 'next');
    door.open();
  });

  it('lets verify and restore run beside a create', async () => {
    const { engine, request, archive, root, until, story } = bench();
    archive.during = () => Promise.resolve();
    const { backup_id: backupId } = await engine.create(request()).result;
    archive.during = (task) => (task.kind === 'create' ? door.passed : Promise.resolve());
    const job = engine.create(request());
    await until('create:archive');
    const place = { backupId, agentId: 'local', target: join(root, 'out'), nodeId: null };
    await engine.verify(backupId, 'local', null).result;
    await engine.restore({ ...place, paths: null, overwrite: false, keepSetuid: false }).result;
    assert.ok(story().includes('verify:completed') && story().includes('restore:completed'));
    assert.equal(engine.jobs().length, 1);
    door.open();
    await job.result;
  });

  it('ends all jobs when it is closed, and takes no more', async () => {
    const { engine, request, story } = bench();
    await mkdir(bench().folder, { recursive: true });
    const jobs = ['a', 'b'].map((planId) => engine.create(request({ planId })));
    const ended = Promise.all(jobs.map((job) => assert.rejects(job.result, { code: 'canceled' })));
    await engine.close();
    await ended;
    await assert.rejects(engine.create(request()).result, { code: 'canceled' });
    assert.equal(story().filter((word) => word === 'create:failed:canceled').length, 3);
    assert.deepEqual(await jobFiles(), []);
  });
});

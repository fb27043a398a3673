import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { nextTurn } from '../../../../src/clock.ts';
import { BackupError } from '../../../../src/errors.ts';
import type { Hook, HookCall } from '../../../../src/hooks/hook.ts';
import { formatIdentity, processIdentity } from '../../../../src/io/process-identity.ts';
import type { Engine } from '../../../../src/manager/engine.ts';
import { engineBench } from '../../../helpers/engine-bench.ts';
import { gate, type Gate } from '../../../helpers/fake-archive.ts';
import { settled } from '../../../helpers/settled.ts';

const self = processIdentity();
const dead = formatIdentity({ ...self, start: `${self.start}1` });

describe('a backup with hooks', () => {
  const bench = engineBench();
  let calls: HookCall[];
  let doors: Gate[];
  beforeEach(() => {
    calls = [];
    doors = [];
  });
  afterEach(() => {
    for (const door of doors) door.open();
  });

  const add = (when: Hook['when'], changes: Partial<Hook> = {}, engine: Engine = bench().engine): (() => void) =>
    engine.registerHook({
      id: 'hook',
      name: 'Dump',
      when,
      priority: 10,
      timeoutMs: 60_000,
      onFailure: 'fail',
      wants: () => true,
      run: (call) => {
        calls.push(call);
        return Promise.resolve();
      },
      ...changes,
    });
  const failing = (): Promise<never> => Promise.reject(new Error('no disk'));
  const never = (): Promise<never> => new Promise(() => undefined);
  const code =
    (expected: string) =>
    (error: unknown): boolean =>
      error instanceof BackupError && error.code === expected;
  const noted = (): Promise<string[]> => readdir(join(bench().stateDir, 'hooks'));
  /** Lets timers that are set in the next turns fire, too. */
  const pass = async (ms: number): Promise<void> => {
    for (let i = 0; i < 20; i++) await nextTurn();
    bench().clock.advance(ms);
  };

  it('tells each stage, and each hook what it is for and how it went', async () => {
    const { engine, request, story } = bench();
    add('before');
    add('after');
    const job = engine.create(request());
    const record = await job.result;
    const stages = ['before_hooks', 'archive', 'after_hooks', 'cleaning_up', 'completed'];
    assert.deepEqual(
      story(),
      stages.map((stage) => `create:${stage}`),
    );
    const told = {
      ...{ job_id: job.jobId, plan_id: 'plan', plan_name: 'Every night', node_id: 'node', name: 'Nightly' },
      ...{ backup_id: record.backup_id, automatic: true },
    };
    assert.deepEqual(calls, [
      { when: 'before', ...told, outcome: null },
      {
        when: 'after',
        ...told,
        outcome: { result: 'completed', failed_reason: null, error: null, backup: record },
      },
    ]);
    assert.deepEqual(await noted(), []);
  });

  it('does not begin to read before the hooks are done, and notes that some are due', async () => {
    const { engine, request, archive, until } = bench();
    const door = gate();
    doors.push(door);
    add('before', { run: () => door.passed });
    const job = engine.create(request());
    await until('create:before_hooks');
    await nextTurn();
    assert.deepEqual(archive.tasks, []);
    assert.deepEqual(await noted(), [`${job.jobId}.json`]);
    door.open();
    await job.result;
    assert.equal(archive.tasks.length, 1);
  });

  it('fails when a hook before it fails, leaves nothing, and runs the hooks after it', async () => {
    const { engine, request, story, archive, folder } = bench();
    add('before', { run: failing });
    add('after');
    await assert.rejects(engine.create(request()).result, code('hook_failed'));
    const stages = ['before_hooks', 'after_hooks', 'cleaning_up', 'failed:hook_failed'];
    assert.deepEqual(
      story(),
      stages.map((stage) => `create:${stage}`),
    );
    assert.deepEqual(archive.tasks, []);
    assert.equal(existsSync(folder), false);
    assert.deepEqual([calls[0]?.outcome?.result, calls[0]?.outcome?.failed_reason], ['failed', 'hook_failed']);
  });

  it('goes on with a warning where a hook may fail', async () => {
    const { engine, request, warnings } = bench();
    add('before', { run: failing, onFailure: 'go_on' });
    add('after', { run: failing, onFailure: 'go_on' });
    await engine.create(request()).result;
    assert.deepEqual(warnings, [
      'The hook "Dump" before the backup failed: no disk',
      'The hook "Dump" after the backup failed: no disk',
    ]);
  });

  it('fails with its backup in hand when a hook after it fails and that counts', async () => {
    const { engine, request, events } = bench();
    add('after', { run: failing });
    await assert.rejects(engine.create(request()).result, code('hook_failed'));
    const last = events.at(-1);
    assert.equal(last?.failed_reason, 'hook_failed');
    assert.ok(last.backup !== null);
    const { backups } = await engine.locations.list(new AbortController().signal);
    assert.deepEqual(
      backups.map(({ backup_id }) => backup_id),
      [last.backup.backup_id],
    );
  });

  it('runs the hooks after it when the archive fails, with the reason', async () => {
    const { engine, request, archive } = bench();
    archive.during = () => Promise.reject(new BackupError('no_space', 'The disk is full.'));
    add('after', { run: (call) => Promise.resolve(void calls.push(call)).then(failing) });
    await assert.rejects(engine.create(request()).result, code('no_space'));
    assert.deepEqual(calls[0]?.outcome, {
      result: 'failed',
      failed_reason: 'no_space',
      error: 'The disk is full.',
      backup: null,
    });
  });

  it('runs the hooks after it when it is canceled, and waits for them as long as they may take', async () => {
    const { engine, request, archive, until, story } = bench();
    const door = gate();
    doors.push(door);
    archive.during = never;
    add('after', {
      timeoutMs: 600_000,
      run: (call, signal) => {
        calls.push(call);
        assert.equal(signal.aborted, false);
        return door.passed;
      },
    });
    const job = engine.create(request());
    await until('create:archive');
    job.cancel();
    await until('create:after_hooks');
    await pass(500_000);
    const isOver = settled(job.result);
    // Time enough for its end to be written down.
    for (let i = 0; i < 5000; i++) await noted();
    assert.equal(isOver(), false);
    assert.equal(story().at(-1), 'create:after_hooks');
    door.open();
    await assert.rejects(job.result, code('canceled'));
    assert.equal(calls[0]?.outcome?.failed_reason, 'canceled');
    assert.deepEqual(await noted(), []);
  });

  it('runs the hooks after it when its time is up, also when the disk hangs', async () => {
    const { engine, request, archive, until } = bench();
    const reading = gate();
    archive.during = () => {
      reading.open();
      return never();
    };
    archive.heedsSignal = false;
    add('after');
    const job = engine.create(request({ timeoutMs: 5000 }));
    await until('create:archive');
    await reading.passed;
    await pass(5000);
    await pass(10_000);
    await assert.rejects(job.result, code('timeout'));
    assert.equal(calls[0]?.outcome?.failed_reason, 'timeout');
  });

  it('is canceled while it waits for a hook', async () => {
    const { engine, request, until } = bench();
    add('before', { run: never });
    add('after');
    const job = engine.create(request());
    await until('create:before_hooks');
    job.cancel();
    await assert.rejects(job.result, code('canceled'));
    assert.equal(calls[0]?.outcome?.failed_reason, 'canceled');
  });

  it('never waits for ever for a hook that does not answer', async () => {
    const { engine, request, until } = bench();
    add('before', { run: never, timeoutMs: 30_000 });
    const job = engine.create(request());
    await until('create:before_hooks');
    await pass(30_000);
    await assert.rejects(job.result, code('hook_timeout'));
  });

  it('runs no hook for a job that never got its turn, nor for sources that cannot be', async () => {
    const { engine, request, archive, until, folder } = bench();
    const door = gate();
    doors.push(door);
    archive.during = () => door.passed;
    add('before', { wants: ({ plan_id }) => plan_id === 'other' });
    add('after', { wants: ({ plan_id }) => plan_id === 'other' });
    const first = engine.create(request());
    await until('create:archive');
    await assert.rejects(engine.create(request({ planId: 'other', whenBusy: 'refuse' })).result, code('busy'));
    const waiting = engine.create(request({ planId: 'other' }));
    await until('create:waiting');
    waiting.cancel();
    await assert.rejects(waiting.result, code('canceled'));
    door.open();
    await first.result;
    const inside = [{ kind: 'folder', label: 'x', path: folder, exclude: [] }] as const;
    await assert.rejects(engine.create(request({ planId: 'other', sources: inside })).result, code('invalid_request'));
    assert.deepEqual(calls, []);
  });

  it('does not mix the hooks of two plans', async () => {
    const { engine, request } = bench();
    for (const plan of ['one', 'two']) {
      add('before', { id: plan, wants: ({ plan_id }) => plan_id === plan });
      add('after', { id: plan, wants: ({ plan_id }) => plan_id === plan });
    }
    await Promise.all(['one', 'two'].map((planId) => engine.create(request({ planId })).result));
    assert.deepEqual(
      calls.map(({ when, plan_id }) => `${when} ${String(plan_id)}`),
      ['before one', 'after one', 'before two', 'after two'],
    );
  });

  it('has them run by the next start when the process dies meanwhile, before anything else is stopped again', async () => {
    const { engine, request, until, stateDir, reopen, story } = bench();
    add('before', { run: never });
    const job = engine.create(request());
    await until('create:before_hooks');
    const files = ['jobs', 'hooks'].map((name) => join(stateDir, name, `${job.jobId}.json`));
    const texts = await Promise.all(files.map((file) => readFile(file, 'utf8')));
    job.cancel();
    await assert.rejects(job.result);
    for (const [i, file] of files.entries()) {
      await writeFile(file, (texts[i] ?? '').replace(formatIdentity(self), dead));
    }
    const later = await reopen();
    const door = gate();
    doors.push(door);
    const run: Hook['run'] = (call) => {
      calls.push(call);
      return door.passed;
    };
    add('after', { run, wants: ({ plan_id }) => plan_id === 'plan' }, later);
    later.announceInterrupted();
    later.announceInterrupted();
    const next = later.create(request({ planId: 'next' }));
    await until('create:waiting');
    assert.equal(story().filter((word) => word === 'create:failed:interrupted').length, 1);
    assert.equal(calls.length, 1);
    assert.deepEqual([calls[0]?.job_id, calls[0]?.when], [job.jobId, 'after']);
    const outcome = calls[0]?.outcome;
    assert.equal(outcome?.result, 'interrupted');
    assert.match(outcome.error ?? '', /was interrupted: its process ended/);
    assert.deepEqual(await noted(), [`${job.jobId}.json`]);
    door.open();
    await next.result;
    assert.deepEqual(await noted(), []);
    (await reopen()).announceInterrupted();
    assert.equal(calls.length, 1);
  });
});

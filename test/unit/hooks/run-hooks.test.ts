import assert from 'node:assert/strict';
import { BackupError } from '../../../src/errors.ts';
import type { Hook, HookCall, HookTime } from '../../../src/hooks/hook.ts';
import { HookRegistry } from '../../../src/hooks/hook-registry.ts';
import { longestRun, runAfter, runBefore, type RunOptions } from '../../../src/hooks/run-hooks.ts';
import { nextTurn } from '../../../src/clock.ts';
import { gate } from '../../helpers/fake-archive.ts';
import { FakeClock } from '../../helpers/fake-clock.ts';
import { settled } from '../../helpers/settled.ts';

const call: HookCall = {
  when: 'before',
  job_id: 'job',
  plan_id: 'plan',
  plan_name: 'Every night',
  node_id: 'node',
  name: 'Nightly',
  backup_id: null,
  automatic: true,
  outcome: null,
};

describe('hooks', () => {
  let registry: HookRegistry;
  let clock: FakeClock;
  let warnings: string[];
  let ending: AbortController;
  let order: string[];
  beforeEach(() => {
    registry = new HookRegistry();
    clock = new FakeClock();
    warnings = [];
    ending = new AbortController();
    order = [];
  });

  const options = (): RunOptions => ({ clock, signal: ending.signal, warn: (text) => void warnings.push(text) });
  const add = (id: string, changes: Partial<Hook> = {}): (() => void) =>
    registry.register({
      id,
      name: id,
      when: 'before',
      priority: 10,
      timeoutMs: 1000,
      onFailure: 'fail',
      wants: () => true,
      run: () => {
        order.push(id);
        return Promise.resolve();
      },
      ...changes,
    });
  const failing = (text: string) => () => Promise.reject(new Error(text));
  const due = (when: HookTime = 'before') => registry.due(when, call);
  const before = (): Promise<void> => runBefore(due(), call, options());
  const after = (): Promise<BackupError | null> => runAfter(due('after'), call, options());
  const refusal = (code: string, message: RegExp) => (error: unknown) => {
    assert.ok(error instanceof BackupError);
    assert.equal(error.code, code);
    assert.match(error.message, message);
    return true;
  };

  it('run by priority, lowest first, whatever order they came in', async () => {
    for (const [id, priority] of [
      ['c', 30],
      ['a', -1],
      ['b', 2.5],
    ] as const)
      add(id, { priority });
    await before();
    assert.deepEqual(order, ['a', 'b', 'c']);
  });

  it('of one priority run side by side, and the next wait for all of them', async () => {
    const door = gate();
    const waits = (id: string): Partial<Hook> => ({
      priority: 1,
      run: async () => {
        order.push(id);
        await door.passed;
      },
    });
    add('one', waits('one'));
    add('two', waits('two'));
    add('later', { priority: 2 });
    const done = before();
    await nextTurn();
    assert.deepEqual(order, ['one', 'two']);
    door.open();
    await done;
    assert.deepEqual(order, ['one', 'two', 'later']);
  });

  it('that fail stop the job when those beside them are done, and later ones do not run', async () => {
    const door = gate();
    add('bad', { priority: 1, run: failing('no disk') });
    add('slow', {
      priority: 1,
      run: async () => {
        await door.passed;
        order.push('slow');
      },
    });
    add('later', { priority: 2 });
    const done = before();
    const isOver = settled(done);
    await nextTurn();
    assert.equal(isOver(), false);
    door.open();
    await assert.rejects(done, refusal('hook_failed', /^The hook "bad" before the backup failed: no disk$/));
    assert.deepEqual(order, ['slow']);
    assert.deepEqual(warnings, []);
  });

  it('that may fail are a warning, and the job goes on', async () => {
    add('bad', { priority: 1, onFailure: 'go_on', run: failing('no disk') });
    add('later', { priority: 2 });
    await before();
    assert.deepEqual(order, ['later']);
    assert.deepEqual(warnings, ['The hook "bad" before the backup failed: no disk']);
  });

  it('that throw before they give a promise fail like others', async () => {
    add('bad', {
      run: () => {
        throw new TypeError('x is not a function');
      },
    });
    await assert.rejects(before(), refusal('hook_failed', /x is not a function/));
  });

  it('that never answer time out, and are told that nobody waits any more', async () => {
    let told: AbortSignal | null = null;
    add('mute', {
      timeoutMs: 5000,
      run: (_, signal) => {
        told = signal;
        return new Promise(() => undefined);
      },
    });
    const done = before();
    await nextTurn();
    clock.advance(4999);
    assert.equal((told as AbortSignal | null)?.aborted, false);
    clock.advance(1);
    await assert.rejects(done, refusal('hook_timeout', /"mute" before the backup did not answer within 5 s/));
    assert.equal((told as AbortSignal | null)?.aborted, true);
    assert.equal(clock.pending, 0);
  });

  it('that answer late harm nothing', async () => {
    const door = gate();
    add('late', { onFailure: 'go_on', run: () => door.passed.then(() => Promise.reject(new Error('too late'))) });
    const done = before();
    await nextTurn();
    clock.advance(1000);
    await done;
    door.open();
    await nextTurn();
    assert.equal(warnings.length, 1);
    assert.match(warnings[0] ?? '', /did not answer within 1 s/);
  });

  it('are not waited for when the job is canceled', async () => {
    add('mute', { priority: 1, onFailure: 'go_on', run: () => new Promise(() => undefined) });
    add('later', { priority: 2 });
    const done = before();
    await nextTurn();
    ending.abort(new BackupError('canceled', 'The job was canceled.'));
    await assert.rejects(done, refusal('canceled', /canceled/));
    assert.deepEqual([order, warnings, clock.pending], [[], [], 0]);
  });

  it('that are removed while they run fail', async () => {
    const remove = add('gone', { run: () => new Promise(() => undefined) });
    const done = before();
    await nextTurn();
    remove();
    await assert.rejects(done, refusal('hook_failed', /The hook "gone" was removed while the backup waited for it/));
    assert.equal(due().length, 0);
  });

  it('that are replaced while they run go on, and are removed only by the newest', async () => {
    const door = gate();
    const removeOld = add('hook', { run: () => door.passed });
    const done = before();
    await nextTurn();
    const removeNew = add('hook', { priority: 3 });
    removeOld();
    assert.deepEqual(
      due().map(({ hook }) => hook.priority),
      [3],
    );
    const isOver = settled(done);
    await nextTurn();
    assert.equal(isOver(), false);
    removeNew();
    await assert.rejects(done, refusal('hook_failed', /was removed/));
    door.open();
  });

  it('run for the jobs that they want, at their time', () => {
    add('theirs', { wants: ({ plan_id }) => plan_id === 'other' });
    add('ours', { wants: ({ plan_id, node_id }) => plan_id === 'plan' && node_id === 'node' });
    add('ours', { when: 'after' });
    assert.deepEqual(
      [...due(), ...due('after')].map(({ hook }) => `${hook.id} ${hook.when}`),
      ['ours before', 'ours after'],
    );
  });

  it('of somebody who brings them when they are due are asked for each time', () => {
    const brought: Hook[] = [];
    const end = registry.provide(() => brought);
    assert.equal(due().length, 0);
    brought.push({ ...(add('x'), due()[0] as { hook: Hook }).hook, id: 'brought', priority: 1 });
    assert.deepEqual(
      due().map(({ hook }) => hook.id),
      ['brought', 'x'],
    );
    end();
    assert.equal(due().length, 1);
  });

  it('after a job all run, whatever others do, and the first failure that counts is given', async () => {
    add('a', { when: 'after', priority: 1, run: failing('first') });
    add('b', { when: 'after', priority: 2, onFailure: 'go_on', run: failing('second') });
    add('c', { when: 'after', priority: 3, run: failing('third') });
    add('d', { when: 'after', priority: 4 });
    const failure = await after();
    assert.match(failure?.message ?? '', /^The hook "a" before the backup failed: first$/);
    assert.deepEqual(order, ['d']);
    assert.equal(warnings.length, 1);
    assert.match(warnings[0] ?? '', /second/);
  });

  it('take at most the longest of each priority together', () => {
    add('a', { priority: 1, timeoutMs: 10 });
    add('b', { priority: 1, timeoutMs: 30 });
    add('c', { priority: 2, timeoutMs: 5 });
    assert.equal(longestRun(due()), 35);
  });
});

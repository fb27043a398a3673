import assert from 'node:assert/strict';
import { rm } from 'node:fs/promises';
import { nextTurn, parseIso } from '../../../../src/clock.ts';
import { BackupError } from '../../../../src/errors.ts';
import { engineBench } from '../../../helpers/engine-bench.ts';
import { hangingAgent, memoryAgent } from '../../../helpers/memory-agent.ts';
import { MemoryStore } from '../../../helpers/memory-store.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const asleep = new BackupError('agent_unreachable', 'The NAS sleeps.', { temporary: true });

describe('a copy that fails', () => {
  const bench = engineBench();
  let nas: MemoryStore;
  let register: () => () => void;

  beforeEach(async () => {
    nas = new MemoryStore();
    nas.failOn = () => asleep;
    const { engine, request } = bench();
    await engine.create(request()).result;
    bench().events.length = 0;
    const agent = memoryAgent('nas', nas);
    register = () => engine.locations.register(agent);
  });

  const failedWords = 'copy:failed:agent_unreachable';
  const fail = async (retryForMs = 6 * HOUR): Promise<void> => {
    const { engine, copyTo } = bench();
    await assert.rejects(engine.copy(copyTo('nas', { retryForMs })).result, { code: 'agent_unreachable' });
  };
  /** How long until the next try, by what the last event says. */
  const wait = (): number => {
    const { events, clock } = bench();
    return parseIso(events.at(-1)?.will_retry ?? '') - clock.now();
  };
  const settle = async (): Promise<void> => {
    for (let i = 0; i < 50; i++) await nextTurn();
  };
  /** Lets the next try run and fail. */
  const failAgain = async (): Promise<void> => {
    const { clock, until, story } = bench();
    const count = story().filter((word) => word === failedWords).length;
    clock.advance(wait());
    await until(failedWords, count + 1);
  };

  it('says when it is tried again, and is pending', async () => {
    register();
    await fail();
    const { engine, events } = bench();
    const last = events.at(-1);
    const { next_try, until, last_error, ...rest } = engine.pendingCopies()[0] ?? assert.fail('nothing is pending');
    assert.deepEqual([last?.will_retry, last?.late, last?.backup?.name], [next_try, false, 'Nightly']);
    assert.deepEqual(rest, { backup_id: last?.backup_id, agent_id: 'nas', node_id: 'copy-node', tries: 1 });
    assert.deepEqual([last_error.code, last_error.message], ['agent_unreachable', 'The NAS sleeps.']);
    assert.equal(parseIso(until) - bench().clock.now(), 6 * HOUR);
    assert.ok(wait() >= 0.9 * MINUTE && wait() <= 1.1 * MINUTE);
    assert.equal(engine.status().manager_state, 'idle');
  });

  it('is not tried again when it is not to be, or when nothing would change', async () => {
    register();
    await fail(0);
    nas.failOn = () => new BackupError('agent_auth_failed', 'The login was refused.');
    const { engine, copyTo, clock, events } = bench();
    await assert.rejects(engine.copy(copyTo('nas', { retryForMs: HOUR })).result, { code: 'agent_auth_failed' });
    assert.deepEqual(
      events.filter(({ event_type }) => event_type === 'failed').map(({ will_retry }) => will_retry),
      [null, null],
    );
    assert.deepEqual([engine.pendingCopies(), clock.pending], [[], 0]);
  });

  it('goes on with growing pauses, and its late success is an event of a job of its own', async () => {
    register();
    await fail();
    const pauses: number[] = [];
    for (let i = 0; i < 7; i++) {
      pauses.push(Math.round(wait() / MINUTE));
      await failAgain();
    }
    for (const [i, minutes] of [1, 2, 4, 8, 15, 30, 30].entries()) {
      assert.ok(Math.abs((pauses[i] ?? 0) - minutes) <= 3, `pause ${String(i)}: ${String(pauses[i])} min`);
    }
    const { engine, clock, until, events, story } = bench();
    nas.failOn = () => null;
    clock.advance(wait());
    await until('copy:completed');
    const [first, ...others] = new Set(events.map(({ job_id }) => job_id));
    const later = events.filter(({ job_id }) => job_id !== first);
    assert.deepEqual([others.length, events.filter(({ late }) => late).length], [8, later.length]);
    assert.ok(later.every(({ late, node_id, automatic }) => late && node_id === 'copy-node' && automatic));
    assert.deepEqual([story().at(-1), events.at(-1)?.backup?.name], ['copy:completed', 'Nightly']);
    assert.deepEqual([engine.pendingCopies(), clock.pending], [[], 0]);
  });

  it('is tried a last time when its time is over, and then says that it was the last', async () => {
    register();
    await fail(100_000);
    await failAgain();
    assert.equal(wait(), parseIso(bench().engine.pendingCopies()[0]?.until ?? '') - bench().clock.now());
    await failAgain();
    const { events, engine, clock } = bench();
    const last = events.at(-1);
    assert.deepEqual([last?.will_retry, last?.late, last?.backup?.name], [null, true, 'Nightly']);
    assert.deepEqual([engine.pendingCopies(), clock.pending], [[], 0]);
  });

  it('waits for its location, and goes on when it comes', async () => {
    const release = register();
    await fail();
    release();
    const { clock, story, until, engine } = bench();
    const before = story().length;
    clock.advance(HOUR);
    await settle();
    assert.equal(story().length, before);
    nas.failOn = () => null;
    engine.locations.register(memoryAgent('cloud'));
    await settle();
    assert.equal(story().length, before);
    register();
    await until('copy:completed');
  });

  it('fails for good when its location does not come in time', async () => {
    const release = register();
    await fail(HOUR);
    release();
    const { clock, until, events, engine } = bench();
    clock.advance(HOUR - 1);
    await settle();
    assert.equal(engine.pendingCopies().length, 1);
    clock.advance(1);
    await until(failedWords, 2);
    const { name, agent_id, agent_name, late, will_retry, error } = events.at(-1) ?? assert.fail();
    assert.deepEqual([name, agent_id, agent_name, late, will_retry], ['Nightly', 'nas', 'NAS', true, null]);
    assert.match(error ?? '', /NAS did not come back/);
    assert.deepEqual([engine.pendingCopies(), clock.pending], [[], 0]);
  });

  it('fails for good when the backup is gone from everywhere', async () => {
    register();
    await fail();
    const { folder, clock, until, events, engine } = bench();
    await rm(folder, { recursive: true });
    nas.failOn = () => null;
    clock.advance(wait());
    await until('copy:failed:backup_not_found');
    assert.deepEqual([events.at(-1)?.will_retry, events.at(-1)?.late], [null, true]);
    assert.deepEqual(engine.pendingCopies(), []);
  });

  it('goes on waiting when the only location that has the backup is not there', async () => {
    register();
    const { engine, copyTo, events } = bench();
    const request = copyTo('nas', { backupId: '20200101T000000Z-00000000', from: 'cloud', retryForMs: HOUR });
    nas.failOn = () => null;
    await assert.rejects(engine.copy(request).result, { code: 'agent_unreachable', message: /cloud/ });
    assert.equal(events.at(-1)?.will_retry, engine.pendingCopies()[0]?.next_try);
  });

  it('gives way to a new request for the same copy', async () => {
    register();
    await fail();
    await failAgain();
    const { engine, copyTo, clock } = bench();
    await assert.rejects(engine.copy(copyTo('nas', { retryForMs: HOUR, nodeId: 'other' })).result);
    const pending = engine.pendingCopies();
    assert.deepEqual(
      pending.map(({ node_id, tries }) => [node_id, tries]),
      [['other', 1]],
    );
    assert.equal(parseIso(pending[0]?.until ?? '') - clock.now(), HOUR);
    nas.failOn = () => null;
    await engine.copy(copyTo('nas')).result;
    assert.deepEqual([engine.pendingCopies(), clock.pending], [[], 0]);
  });

  it('is forgotten with its node, also while it is tried', async () => {
    const { engine, copyTo, clock, story } = bench();
    register();
    await fail();
    await engine.cancelCopies('another node');
    assert.equal(engine.pendingCopies().length, 1);
    await engine.cancelCopies('copy-node');
    assert.deepEqual([engine.pendingCopies(), clock.pending], [[], 0]);
    const slow = hangingAgent('slow');
    engine.locations.register(slow.agent);
    const job = engine.copy(copyTo('slow', { retryForMs: HOUR }));
    await slow.begun;
    await engine.cancelCopies('copy-node');
    await assert.rejects(job.result, { code: 'canceled' });
    assert.deepEqual([engine.pendingCopies(), clock.pending, story().at(-1)], [[], 0, 'copy:failed:canceled']);
  });

  it('is neither lost nor hurried when the time of day is set', async () => {
    register();
    await fail();
    const { clock, story, engine } = bench();
    const before = story().length;
    for (const years of [50, -100, 50]) {
      clock.setTimeOfDay(clock.now() + years * 365 * 24 * HOUR);
      await settle();
      assert.equal(story().length, before);
      const [pending] = engine.pendingCopies();
      const next = parseIso(pending?.next_try ?? '') - clock.now();
      assert.ok(next >= 0.9 * MINUTE && next <= 1.1 * MINUTE);
      assert.equal(parseIso(pending?.until ?? '') - clock.now(), 6 * HOUR);
    }
    await failAgain();
  });
});

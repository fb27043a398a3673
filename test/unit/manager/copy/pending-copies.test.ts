import assert from 'node:assert/strict';
import { readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { nextTurn, parseIso } from '../../../../src/clock.ts';
import { BackupError } from '../../../../src/errors.ts';
import { formatIdentity, processIdentity } from '../../../../src/io/process-identity.ts';
import type { Engine } from '../../../../src/manager/engine.ts';
import { engineBench } from '../../../helpers/engine-bench.ts';
import { gate } from '../../../helpers/fake-archive.ts';
import { hangingAgent, memoryAgent } from '../../../helpers/memory-agent.ts';
import { MemoryStore } from '../../../helpers/memory-store.ts';

const HOUR = 3_600_000;
const self = processIdentity();
const own = formatIdentity(self);
const dead = formatIdentity({ ...self, start: `${self.start}1` });
const foreign = formatIdentity({ ...self, boot: '00000000', machine: '00000000' });
const asleep = new BackupError('agent_unreachable', 'The NAS sleeps.', { temporary: true });

describe('a copy that was not done when the process ended', () => {
  const bench = engineBench();
  let nas: MemoryStore;
  let backupId: string;

  beforeEach(async () => {
    nas = new MemoryStore();
    nas.failOn = () => asleep;
    const { engine, request } = bench();
    engine.locations.register(memoryAgent('nas', nas));
    backupId = (await engine.create(request()).result).backup_id;
    bench().events.length = 0;
  });

  const copies = (): string => join(bench().stateDir, 'copies');
  const failOnce = async (): Promise<void> => {
    const { engine, copyTo } = bench();
    await assert.rejects(engine.copy(copyTo('nas', { retryForMs: 6 * HOUR })).result);
  };
  const settle = async (): Promise<void> => {
    for (let i = 0; i < 50; i++) await nextTurn();
  };
  /** Gives the files of this process to another one. */
  const giveTo = async (owner: string): Promise<void> => {
    for (const name of await readdir(copies()))
      await rename(join(copies(), name), join(copies(), name.replace(own, owner)));
    const jobs = join(bench().stateDir, 'jobs');
    for (const name of await readdir(jobs)) {
      const text = await readFile(join(jobs, name), 'utf8');
      await writeFile(join(jobs, name), text.replace(own, owner));
    }
  };
  const change = async (edit: (copy: Record<string, unknown>) => object): Promise<void> => {
    const [name = ''] = await readdir(copies());
    const copy = JSON.parse(await readFile(join(copies(), name), 'utf8')) as Record<string, unknown>;
    await writeFile(join(copies(), name), JSON.stringify(edit(copy)));
  };
  /** The next engine's one late try succeeds. */
  const succeedsAt = async (engine: Engine, waitMs: number): Promise<void> => {
    const { clock, until, events, story } = bench();
    nas.failOn = () => null;
    engine.locations.register(memoryAgent('nas', nas));
    const before = story().length;
    clock.advance(waitMs - 1);
    await settle();
    assert.equal(story().length, before);
    clock.advance(1);
    await until('copy:completed');
    const { late, node_id, backup_id } = events.at(-1) ?? assert.fail();
    assert.deepEqual([late, node_id, backup_id], [true, 'copy-node', backupId]);
    assert.deepEqual([engine.pendingCopies(), await readdir(copies())], [[], []]);
  };
  const nextOf = (engine: Engine): number => parseIso(engine.pendingCopies()[0]?.next_try ?? '') - bench().clock.now();

  it('goes on at the next start', async () => {
    await failOnce();
    const { engine, reopen, clock } = bench();
    const before = engine.pendingCopies();
    await engine.close();
    assert.equal(clock.pending, 0);
    const later = await reopen();
    assert.deepEqual(later.pendingCopies(), before);
    await succeedsAt(later, nextOf(later));
  });

  it('holds no more than job data on disk', async () => {
    await failOnce();
    const [name = ''] = await readdir(copies());
    const { name: shown, ...stored } = JSON.parse(await readFile(join(copies(), name), 'utf8')) as Record<
      string,
      unknown
    >;
    assert.equal(shown, 'Nightly');
    assert.deepEqual(Object.keys(stored).sort(), [
      ...['agent_id', 'agent_name', 'automatic', 'backup_id', 'from', 'last_error', 'next_try', 'node_id', 'since'],
      ...['tries', 'until', 'version'],
    ]);
  });

  it('is tried again also when the engine was closed in the middle of it', async () => {
    const { engine, reopen, copyTo, events } = bench();
    const slow = hangingAgent('slow');
    engine.locations.register(slow.agent);
    const job = engine.copy(copyTo('slow', { retryForMs: HOUR }));
    await slow.begun;
    await engine.close();
    await assert.rejects(job.result, { code: 'canceled' });
    const later = await reopen();
    assert.deepEqual(events.at(-1)?.will_retry, later.pendingCopies()[0]?.next_try);
  });

  it('is told of as interrupted, with its next try, when the process died in it', async () => {
    const { engine, reopen, copyTo, events, story, clock } = bench();
    const slow = memoryAgent('nas2', nas);
    const begun = gate();
    const door = gate();
    slow.upload = async () => {
      begun.open();
      await door.passed;
      throw asleep;
    };
    engine.locations.register(slow);
    const job = engine.copy(copyTo('nas2', { retryForMs: HOUR }));
    await begun.passed;
    await giveTo(dead);
    events.length = 0;
    const later = await reopen();
    later.announceInterrupted();
    assert.deepEqual(story(), ['copy:failed:interrupted']);
    const [pending] = later.pendingCopies();
    const [event] = events;
    assert.deepEqual([event?.will_retry, event?.late, event?.agent_id], [pending?.next_try, false, 'nas2']);
    assert.deepEqual([pending?.tries, pending?.last_error.code], [1, 'interrupted']);
    assert.ok(parseIso(pending?.next_try ?? '') - clock.now() >= 54_000);
    door.open();
    await assert.rejects(job.result);
  });

  it('is tried at least once more when its time went by meanwhile', async () => {
    await failOnce();
    const { engine, reopen, clock, until, events } = bench();
    await engine.close();
    clock.advance(100 * HOUR);
    const later = await reopen();
    assert.equal(nextOf(later), 15_000);
    later.locations.register(memoryAgent('nas', nas));
    clock.advance(15_000);
    await until('copy:failed:agent_unreachable', 2);
    assert.deepEqual([events.at(-1)?.will_retry, later.pendingCopies(), await readdir(copies())], [null, [], []]);
  });

  it('is not lost, and not put off for years, by a clock that was wrong', async () => {
    await failOnce();
    const { engine, reopen, clock } = bench();
    await engine.close();
    clock.setTimeOfDay(0);
    const early = await reopen();
    assert.ok(nextOf(early) <= 33 * 60_000);
    assert.ok(parseIso(early.pendingCopies()[0]?.until ?? '') - clock.now() <= 6 * HOUR);
    await early.close();
    clock.setTimeOfDay(Date.UTC(2050, 0));
    await succeedsAt(await reopen(), 15_000);
  });

  it('is left to a process that lives, and goes to one of those that come after it', async () => {
    await failOnce();
    const { reopen, clock, story, until } = bench();
    assert.deepEqual((await reopen()).pendingCopies(), []);
    await giveTo(foreign);
    assert.deepEqual((await reopen()).pendingCopies(), []);
    for (const name of await readdir(copies()))
      await rename(join(copies(), name), join(copies(), name.replace(foreign, dead)));
    await bench().engine.cancelCopies('copy-node');
    const [one, two] = [await reopen(), await reopen()];
    assert.deepEqual([one.pendingCopies().length, two.pendingCopies().length], [1, 1]);
    nas.failOn = () => null;
    for (const engine of [one, two]) engine.locations.register(memoryAgent('nas', nas));
    clock.advance(HOUR);
    await until('copy:completed');
    await settle();
    assert.equal(story().filter((word) => word === 'copy:completed').length, 1);
    assert.deepEqual([one.pendingCopies(), two.pendingCopies(), await readdir(copies())], [[], [], []]);
  });

  it('is forgotten when its node is, before it was ever tried again', async () => {
    await failOnce();
    const { engine, reopen } = bench();
    await engine.close();
    const later = await reopen();
    await later.cancelCopies('copy-node');
    await later.close();
    assert.deepEqual(await readdir(copies()), []);
    assert.deepEqual((await reopen()).pendingCopies(), []);
  });

  it('gives way to a new request, whoever left it', async () => {
    await failOnce();
    await giveTo(dead);
    const { reopen, copyTo } = bench();
    const later = await reopen();
    nas.failOn = () => null;
    later.locations.register(memoryAgent('nas', nas));
    await later.copy(copyTo('nas', { backupId })).result;
    assert.deepEqual([later.pendingCopies(), await readdir(copies())], [[], []]);
  });

  for (const [what, edit] of [
    ['of another copy', (copy) => ({ ...copy, agent_id: 'other' })],
    ['with an id that is none', (copy) => ({ ...copy, backup_id: '../x' })],
    ['of a newer version', (copy) => ({ ...copy, version: 2 })],
    ['with a time that is none', (copy) => ({ ...copy, until: 'soon' })],
    ['of no known kind', () => []],
    ['larger than it can be', (copy) => ({ ...copy, more: 'x'.repeat(131_072) })],
    ['with an error that is none', (copy) => ({ ...copy, last_error: { code: 'x' } })],
  ] as readonly (readonly [string, (copy: Record<string, unknown>) => object])[]) {
    it(`is set aside with a warning when its file is ${what}`, async () => {
      await failOnce();
      const { engine, reopen, warnings } = bench();
      await engine.close();
      await change(edit);
      assert.deepEqual((await reopen()).pendingCopies(), []);
      assert.deepEqual(
        (await readdir(copies())).map((name) => name.endsWith('.json.corrupt-1')),
        [true],
      );
      assert.equal(warnings.length, 1);
      await reopen();
      assert.equal(warnings.length, 1);
    });
  }

  it('harms nothing when its file cannot be written', async () => {
    await rm(copies(), { recursive: true });
    await writeFile(copies(), 'a file in the place of the folder');
    await failOnce();
    const { engine, warnings, clock, until } = bench();
    assert.equal(engine.pendingCopies().length, 1);
    assert.ok(warnings.length > 0);
    nas.failOn = () => null;
    clock.advance(2 * 60_000);
    await until('copy:completed');
  });
});

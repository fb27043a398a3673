import assert from 'node:assert/strict';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { BackupError } from '../../../../src/errors.ts';
import type { BackupEvent } from '../../../../src/events.ts';
import type { ThinReport } from '../../../../src/manager/reports.ts';
import type { ThinRequest } from '../../../../src/manager/requests.ts';
import type { BackupRequest } from '../../../../src/backup-request.ts';
import type { BackupRecord } from '../../../../src/model.ts';
import { engineBench } from '../../../helpers/engine-bench.ts';
import { memoryAgent } from '../../../helpers/memory-agent.ts';
import { MemoryStore } from '../../../helpers/memory-store.ts';
import { recordOf } from '../../../helpers/records.ts';

const { signal } = new AbortController();
const DAY_MS = 86_400_000;
const CONTENT = Buffer.from('an archive');

describe('thinning a location', () => {
  const bench = engineBench();
  let store: MemoryStore;

  const request = (changes: Partial<ThinRequest> = {}): ThinRequest => ({
    agentId: 'local',
    instanceId: null,
    planIds: ['plan'],
    arrived: null,
    policy: { keep_last: 2 },
    automaticOnly: true,
    dryRun: false,
    acknowledge: false,
    nodeId: 'node',
    automatic: true,
    ...changes,
  });
  const thin = (changes: Partial<ThinRequest> = {}): Promise<ThinReport> =>
    bench().engine.retention.thin(request(changes), signal);

  /** Backups of so many nights, oldest first; the last one was made just now. */
  async function makeNights(count: number): Promise<BackupRecord[]> {
    const records: BackupRecord[] = [];
    for (let night = 0; night < count; night++) {
      if (night > 0) bench().clock.advance(DAY_MS);
      records.push(await bench().engine.create(bench().request()).result);
    }
    return records;
  }

  const ids = (records: readonly BackupRecord[]): string[] => records.map(({ backup_id }) => backup_id);
  const there = async (agentId = 'local'): Promise<string[]> =>
    ids((await bench().engine.locations.listAt(agentId, signal)).records).reverse();

  /** At the location `nas`. */
  async function put(...records: readonly BackupRecord[]): Promise<void> {
    const agent =
      bench()
        .engine.locations.agents()
        .find(({ id }) => id === 'nas') ?? register();
    for (const record of records) {
      await agent.upload(record, () => Promise.resolve(Readable.from([CONTENT])), {
        signal,
        onProgress: () => undefined,
      });
    }
  }

  function register(): ReturnType<typeof memoryAgent> {
    const agent = memoryAgent('nas', store);
    bench().engine.locations.register(agent);
    return agent;
  }

  /** A night's backup of another machine, or of one whose plan this is not. */
  const strange = (day: number, changes: Partial<BackupRecord> = {}): BackupRecord => {
    const backup_id = `202611${String(day).padStart(2, '0')}T020000Z-0000000${String(day % 10)}`;
    const date = `2026-11-${String(day).padStart(2, '0')}T02:00:00.000Z`;
    return recordOf(CONTENT, { backup_id, date, ...changes });
  };

  beforeEach(() => {
    store = new MemoryStore();
  });

  it('removes what the rules do not keep, files and all, and tells of each', async () => {
    const records = await makeNights(4);
    const [first = '', second = '', ...rest] = ids(records);
    const report = await thin();
    assert.deepEqual(await there(), rest);
    const gone = readdirSync(bench().folder).filter((name) => name.startsWith(first) || name.startsWith(second));
    assert.deepEqual(gone, []);
    assert.deepEqual(report.removed, [second, first]);
    assert.deepEqual(
      report.decisions.map(({ backup_id, keep, reasons }) => [backup_id, keep, ...reasons]),
      [
        [rest[1], true, 'keep_last'],
        [rest[0], true, 'keep_last'],
        [second, false],
        [first, false],
      ],
    );
    assert.deepEqual([report.failed, report.held, report.broken, report.dry_run], [[], [], [], false]);
    assert.equal(report.policy, 'The last 2 backups.');
    const events = bench().events.filter(({ event_type }) => event_type === 'deleted');
    assert.deepEqual(
      events.map(({ backup_id, agent_id, plan_id, node_id }) => [backup_id, agent_id, plan_id, node_id]),
      [first, second].map((id) => [id, 'local', 'plan', 'node']),
    );
    assert.equal(bench().engine.status().last_action_event?.event_type, 'completed', 'deleting is no job');
  });

  it('decides the same in a dry run and removes nothing', async () => {
    const records = await makeNights(4);
    const dry = await thin({ dryRun: true });
    assert.deepEqual(await there(), ids(records));
    assert.deepEqual([dry.dry_run, dry.removed], [true, []]);
    const events = bench().events.filter(({ manager_state }) => manager_state === 'idle');
    assert.deepEqual(events, []);
    assert.deepEqual((await thin()).decisions, dry.decisions);
  });

  it('has nothing to do when it is asked again', async () => {
    await makeNights(3);
    await thin();
    const again = await thin();
    assert.deepEqual([again.removed.length, again.decisions.length], [0, 2]);
  });

  it('leaves the backups of other plans and other machines alone', async () => {
    const { instanceId } = bench().engine;
    const others = [
      ...[1, 2, 3].map((day) => strange(day, { instance_id: 'f'.repeat(32) })),
      ...[4, 5, 6].map((day) => strange(day, { instance_id: instanceId, plan_id: 'other' })),
    ];
    await put(...others);
    const report = await thin({ agentId: 'nas', policy: { keep_last: 1 } });
    assert.deepEqual([report.decisions, report.removed], [[], []]);
    assert.equal((await there('nas')).length, 6);
    const all = await thin({ agentId: 'nas', planIds: null, policy: { keep_last: 1 } });
    assert.deepEqual(new Set(all.decisions.map(({ backup_id }) => backup_id.slice(6, 8))), new Set(['04', '05', '06']));
  });

  it('thins those of another machine only where that one is named', async () => {
    await put(...[17, 18, 19].map((day) => strange(day, { instance_id: 'f'.repeat(32) })));
    const report = await thin({ agentId: 'nas', instanceId: 'f'.repeat(32), policy: { keep_last: 1 } });
    assert.equal(report.removed.length, 2);
  });

  it('removes nothing when the location cannot be listed, or gives half a list', async () => {
    const { engine, copyTo } = bench();
    const records = await makeNights(3);
    register();
    for (const { backup_id } of records) await engine.copy(copyTo('nas', { backupId: backup_id })).result;
    const half = ids(records)[1] ?? '';
    for (const call of ['list', `readSmall ${half}.json`]) {
      store.failOn = (asked) => (asked === call ? new BackupError('agent_unreachable', 'The NAS went away.') : null);
      // Sidecars that are known are not read again.
      const agent = memoryAgent('fresh', store);
      const stop = engine.locations.register(agent);
      await assert.rejects(thin({ agentId: 'fresh', policy: { keep_last: 1 } }), { code: 'agent_unreachable' });
      stop();
    }
    assert.deepEqual(
      store.calls.filter((call) => call.startsWith('remove')),
      [],
    );
  });

  it('refuses a policy that is not in order before it asks the location', async () => {
    register();
    await assert.rejects(thin({ agentId: 'nas', policy: { keep_daily: -3 } }), { code: 'invalid_request' });
    assert.deepEqual(store.calls, []);
    await assert.rejects(thin({ agentId: 'nowhere' }), { code: 'invalid_request' });
  });

  it('goes on when one cannot be removed, tells of it, and tries it again in the next run', async () => {
    const { engine, copyTo } = bench();
    const records = await makeNights(4);
    register();
    for (const { backup_id } of records) await engine.copy(copyTo('nas', { backupId: backup_id })).result;
    const [first = '', second = '', ...rest] = ids(records);
    store.failOn = (call) =>
      call === `remove ${first}.json` ? new BackupError('permission_denied', 'The NAS does not let us.') : null;
    const report = await thin({ agentId: 'nas' });
    assert.deepEqual(report.removed, [second]);
    assert.deepEqual(report.failed, [
      { backup_id: first, code: 'permission_denied', message: 'The NAS does not let us.' },
    ]);
    assert.deepEqual(await there('nas'), [first, ...rest]);
    store.failOn = () => null;
    assert.deepEqual((await thin({ agentId: 'nas' })).removed, [first]);
  });

  /** Three nights copied to the NAS, which goes away while the first is removed there. @returns the first */
  async function halfRemoved(): Promise<BackupRecord> {
    const { engine, copyTo } = bench();
    const [first, ...rest] = await makeNights(3);
    assert.ok(first !== undefined);
    for (const { backup_id } of [first, ...rest]) await engine.copy(copyTo('nas', { backupId: backup_id })).result;
    store.failOn = (call) =>
      call === `remove ${first.file}` ? new BackupError('agent_unreachable', 'The NAS went away.') : null;
    assert.equal((await thin({ agentId: 'nas' })).failed.length, 1);
    return first;
  }

  it('finishes in the next run what a failure or a kill left half removed', async () => {
    const { reopen } = bench();
    register();
    const first = await halfRemoved();
    assert.ok(!(await there('nas')).includes(first.backup_id));
    assert.ok(store.files.has(first.file));
    store.failOn = () => null;
    store.files.set('20200101T000000Z-00000000.lost.tar.zst', CONTENT);
    const later = await reopen();
    later.locations.register(memoryAgent('nas', store));
    const report = await later.retention.thin(request({ agentId: 'nas' }), signal);
    assert.ok(!store.files.has(first.file));
    assert.deepEqual(report.removed, [first.backup_id]);
    assert.ok(store.files.has('20200101T000000Z-00000000.lost.tar.zst'), 'an archive that we did not remove');
  });

  it('leaves one that was half removed and has been copied there anew since the list was read', async () => {
    const { engine, copyTo } = bench();
    const nas = register();
    const first = await halfRemoved();
    store.failOn = () => null;
    const list = nas.list.bind(nas);
    nas.list = async (options) => {
      const listing = await list(options);
      nas.list = list;
      await engine.copy(copyTo('nas', { backupId: first.backup_id })).result;
      return listing;
    };
    const report = await thin({ agentId: 'nas' });
    assert.deepEqual(report.removed, []);
    assert.ok((await there('nas')).includes(first.backup_id));
  });

  it('leaves one that was half removed while a copy of it waits', async () => {
    const { engine, copyTo } = bench();
    register();
    const first = await halfRemoved();
    store.failOn = (call) =>
      call.startsWith('put ') ? new BackupError('agent_unreachable', 'It is busy.', { temporary: true }) : null;
    const again = copyTo('nas', { backupId: first.backup_id, retryForMs: DAY_MS });
    await assert.rejects(engine.copy(again).result, { code: 'agent_unreachable' });
    store.failOn = () => null;
    await thin({ agentId: 'nas' });
    assert.ok(store.files.has(first.file));
  });

  it('counts one that somebody else removed meanwhile as removed', async () => {
    const [first = ''] = ids(await makeNights(3));
    const local = await bench().engine.locations.local(bench().folder);
    const get = local.get.bind(local);
    local.get = async (id, options) => {
      await local.delete(id, options);
      return get(id, options);
    };
    const report = await thin();
    assert.deepEqual([report.removed, report.failed], [[first], []]);
  });

  it('leaves one that was pinned since the list was read', async () => {
    const [first = ''] = ids(await makeNights(3));
    const local = await bench().engine.locations.local(bench().folder);
    const get = local.get.bind(local);
    local.get = async (id, options) => {
      await local.updateRecord(id, { pinned: true }, options);
      return get(id, options);
    };
    const report = await thin();
    assert.deepEqual(report.removed, []);
    assert.deepEqual(report.decisions.at(-1), { backup_id: first, keep: true, reasons: ['guard:pinned'] });
  });

  it('leaves what a copy that waits for its next try still reads', async () => {
    const { engine, copyTo, until } = bench();
    const [first = ''] = ids(await makeNights(3));
    register();
    store.failOn = (call) => (call.startsWith('put') ? new BackupError('agent_unreachable', 'Away.') : null);
    engine.copy(copyTo('nas', { backupId: first, retryForMs: 3 * DAY_MS }));
    await until('copy:failed:agent_unreachable');
    const report = await thin({ policy: { keep_last: 1 } });
    assert.deepEqual(report.decisions.at(-1), { backup_id: first, keep: true, reasons: ['guard:in_use'] });
    assert.equal(report.removed.length, 1);
    await engine.cancelCopies('copy-node');
    assert.deepEqual((await thin({ policy: { keep_last: 1 } })).removed, [first]);
  });

  it('leaves one of which a copy was begun since the list was read', async () => {
    const { engine, copyTo, until } = bench();
    const [first = ''] = ids(await makeNights(2));
    register();
    store.failOn = (call) => (call.startsWith('put') ? new BackupError('agent_unreachable', 'Away.') : null);
    const local = await engine.locations.local(bench().folder);
    const get = local.get.bind(local);
    local.get = async (id, options) => {
      local.get = get;
      engine.copy(copyTo('nas', { backupId: id, retryForMs: 3 * DAY_MS }));
      await until('copy:failed:agent_unreachable');
      return get(id, options);
    };
    const report = await thin({ policy: { keep_last: 1 } });
    assert.deepEqual(report.removed, []);
    assert.deepEqual(report.decisions.at(-1), { backup_id: first, keep: true, reasons: ['guard:in_use'] });
  });

  it('keeps a broken sidecar and one that contradicts what was made here, tells of them, and goes on', async () => {
    const records = await makeNights(5);
    const [first = '', second = '', third = ''] = ids(records);
    const { folder } = bench();
    writeFileSync(join(folder, `${first}.json`), '{');
    const sidecar = join(folder, `${second}.json`);
    const fields = JSON.parse(readFileSync(sidecar, 'utf8')) as BackupRecord;
    writeFileSync(sidecar, JSON.stringify({ ...fields, sha256: 'e'.repeat(64) }));
    const report = await thin();
    assert.deepEqual(report.removed, [third]);
    const told = report.broken.map(({ backup_id, reason }) => `${backup_id ?? ''} ${reason}`);
    assert.deepEqual(told, [`${first} sidecar_invalid`, `${second} conflict`]);
    assert.ok(readdirSync(folder).includes(`${first}.json`));
  });

  it('removes only expired ones where that is asked for', async () => {
    const { engine, clock } = bench();
    await engine.create(bench().request({ keepDays: 0.5 })).result;
    clock.advance(DAY_MS);
    const rest = ids(await makeNights(2));
    const report = await thin({ policy: null });
    assert.equal(report.removed.length, 1);
    assert.deepEqual(await there(), rest);
  });

  describe('holds when a backup looks wrong', () => {
    const held = (): BackupEvent[] => bench().events.filter(({ event_type }) => event_type === 'held');

    /** The backups of this machine shrink in the last night. */
    async function shrink(lastNight: Partial<BackupRequest> = {}): Promise<string[]> {
      const records = await makeNights(3);
      bench().clock.advance(DAY_MS);
      records.push(await bench().engine.create(bench().request(lastNight)).result);
      const { folder } = bench();
      const newest = records.at(-1)?.backup_id ?? '';
      const sidecar = join(folder, `${newest}.json`);
      const fields = JSON.parse(readFileSync(sidecar, 'utf8')) as BackupRecord;
      writeFileSync(sidecar, JSON.stringify({ ...fields, files: 0, bytes: 0 }));
      return ids(records);
    }

    it('and says why, in the report, in an event and afterwards', async () => {
      const all = await shrink();
      const report = await thin({ policy: { keep_last: 1 } });
      assert.deepEqual([report.removed, await there()], [[], all]);
      assert.deepEqual(
        report.held.map(({ reason, plan_id }) => [reason, plan_id]),
        [['smaller', 'plan']],
      );
      const [event] = held();
      assert.ok(event?.event_type === 'held');
      assert.deepEqual([event.hold.reason, event.agent_id, event.plan_id], ['smaller', 'local', 'plan']);
      const [group] = await bench().engine.retention.held();
      assert.deepEqual([group?.agent_id, group?.plan_id, group?.reason], ['local', 'plan', 'smaller']);
    });

    it('until somebody acknowledges it, also after a restart', async () => {
      await shrink();
      assert.equal((await thin({ policy: { keep_last: 1 }, acknowledge: true })).removed.length, 3);
      assert.deepEqual([held(), await bench().engine.retention.held()], [[], []]);
      const later = await bench().reopen();
      const report = await later.retention.thin(request({ policy: { keep_last: 1 } }), signal);
      assert.deepEqual(report.held, []);
    });

    it('but forgets no acknowledgement over a dry run, and keeps none of one', async () => {
      await shrink();
      const dry = await thin({ dryRun: true, acknowledge: true, policy: { keep_last: 1 } });
      assert.deepEqual(dry.held, []);
      assert.equal((await thin({ policy: { keep_last: 1 } })).held.length, 1);
    });

    it('at one location, and thins the others', async () => {
      const { engine, copyTo } = bench();
      const records = await makeNights(3);
      register();
      for (const { backup_id } of records) await engine.copy(copyTo('nas', { backupId: backup_id })).result;
      await put(strange(21, { instance_id: engine.instanceId, plan_id: 'plan' }));
      const [nas, local] = await Promise.all([thin({ agentId: 'nas' }), thin()]);
      assert.deepEqual([nas.held.map(({ reason }) => reason), nas.removed], [['unknown_origin'], []]);
      assert.deepEqual([local.held, local.removed.length], [[], 1]);
    });

    it('unless the plan leaves out more than before', async () => {
      const { engine, request } = bench();
      await shrink({ sources: request().sources.map((source) => ({ ...source, exclude: ['*.log'] })) });
      assert.deepEqual((await thin()).held, []);
      assert.deepEqual(await engine.retention.held(), []);
    });

    it('and begins anew when its notes cannot be read', async () => {
      await shrink();
      await thin();
      const folder = join(bench().stateDir, 'retention');
      for (const name of readdirSync(folder)) writeFileSync(join(folder, name), '{"version": 1}');
      assert.equal((await thin()).held.length, 1);
      assert.match(bench().warnings.join('\n'), /notes of retention .* set aside/);
    });
  });

  it('ends when the engine is closed', async () => {
    await makeNights(3);
    const { engine } = bench();
    await engine.close();
    await assert.rejects(thin(), BackupError);
    assert.equal(readdirSync(bench().folder).filter((name) => /^\d.*\.json$/.test(name)).length, 3);
  });
});

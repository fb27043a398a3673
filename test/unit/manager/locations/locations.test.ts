import assert from 'node:assert/strict';
import { cp, mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { nextTurn } from '../../../../src/clock.ts';
import { BackupError } from '../../../../src/errors.ts';
import { engineBench } from '../../../helpers/engine-bench.ts';
import { memoryAgent } from '../../../helpers/memory-agent.ts';
import { MemoryStore } from '../../../helpers/memory-store.ts';

const { signal } = new AbortController();

describe('locations', () => {
  const bench = engineBench();
  const ids = (): string[] =>
    bench()
      .engine.locations.agents()
      .map(({ id }) => id);

  it('of one folder are one, whatever its name', async () => {
    const { engine, root, folder } = bench();
    await mkdir(join(root, 'real'));
    await symlink(join(root, 'real'), join(root, 'link'));
    const [one, two, three] = await Promise.all(
      [join(root, 'real'), join(root, 'link'), join(root, 'real', '.')].map((path) => engine.locations.local(path)),
    );
    assert.ok(one === two && two === three);
    assert.equal((await engine.locations.local(folder)).id, 'local');
    assert.deepEqual(ids(), ['local', `local:${join(root, 'real')}`]);
  });

  it('come and go, and who wants to know is told', () => {
    const { engine, warnings } = bench();
    const told: string[][] = [];
    const failing = engine.locations.onChange(() => {
      throw new Error('a listener with a bug');
    });
    const stop = engine.locations.onChange(() => told.push(ids()));
    const agent = memoryAgent('nas');
    const [first, second] = [engine.locations.register(agent), engine.locations.register(agent)];
    first();
    assert.deepEqual(ids(), ['local', 'nas']);
    second();
    second();
    assert.deepEqual(told, [['local', 'nas'], ['local']]);
    stop();
    failing();
    engine.locations.register(agent);
    assert.equal(told.length, 2);
    assert.equal(warnings.length, 2);
  });

  it('of one id cannot be two', () => {
    const { engine } = bench();
    engine.locations.register(memoryAgent('nas'));
    assert.throws(() => engine.locations.register(memoryAgent('nas')), { code: 'invalid_request' });
  });

  it('are listed as one list, and one that fails does not spoil it', async () => {
    const { engine, request, folder, root } = bench();
    const record = await engine.create(request()).result;
    await cp(folder, join(root, 'copy'), { recursive: true });
    const copy = await engine.locations.local(join(root, 'copy'));
    const store = new MemoryStore();
    store.failOn = () => new BackupError('agent_unreachable', 'The NAS does not answer.');
    engine.locations.register(memoryAgent('nas', store));
    await copy.updateRecord(record.backup_id, { pinned: true }, { signal });
    const { backups, broken, agent_errors } = await engine.locations.list(signal);
    const { size, date } = record;
    const how = { size, date, last_verified: null };
    const agents = { local: { name: folder, ...how }, [copy.id]: { name: copy.name, ...how } };
    assert.deepEqual(backups, [{ ...record, pinned: true, agents }]);
    assert.deepEqual([broken, agent_errors], [[], { nas: 'The NAS does not answer.' }]);
    await assert.rejects(engine.locations.listAt('nas', signal), { code: 'agent_unreachable' });
  });

  it('that do not answer are told of after a while, and hold up no other', async () => {
    const { engine, request, clock } = bench();
    const record = await engine.create(request()).result;
    const silent = memoryAgent('nas');
    const asked: AbortSignal[] = [];
    silent.list = (options) => {
      asked.push(options.signal);
      return new Promise(() => undefined);
    };
    engine.locations.register(silent);
    const listing = engine.locations.list(signal);
    // The other has answered when only one is waited for.
    while (clock.pending !== 1 || asked.length === 0) await nextTurn();
    clock.advance(14_999);
    for (let i = 0; i < 20; i++) await nextTurn();
    assert.equal(asked[0]?.aborted, false);
    clock.advance(1);
    const { backups, agent_errors } = await listing;
    assert.deepEqual(
      backups.map(({ backup_id }) => backup_id),
      [record.backup_id],
    );
    assert.match(agent_errors['nas'] ?? '', /NAS did not answer within 15 s/);
    assert.ok(asked[0].aborted);
    assert.equal(clock.pending, 0);
    const canceling = new AbortController();
    const canceled = engine.locations.list(canceling.signal);
    canceling.abort(new BackupError('canceled', 'Enough.'));
    await assert.rejects(canceled, { code: 'canceled' });
  });

  it('that contradict what was made here are in conflict, and not merged', async () => {
    const { engine, request, folder, root } = bench();
    const record = await engine.create(request()).result;
    const other = join(root, 'forged');
    await cp(folder, other, { recursive: true });
    const forged = { ...record, name: 'Forged', sha256: 'f'.repeat(64) };
    await writeFile(join(other, `${record.backup_id}.json`), JSON.stringify(forged));
    const agent = await engine.locations.local(other);
    const { backups, broken } = await engine.locations.list(signal);
    assert.deepEqual(
      backups.map(({ name, agents }) => [name, Object.keys(agents)]),
      [['Nightly', ['local']]],
    );
    const shown = broken.map(({ reason, agent_id, backup_id }) => [reason, agent_id, backup_id]);
    assert.deepEqual(shown, [['conflict', agent.id, record.backup_id]]);
    const alone = await engine.locations.listAt(agent.id, signal);
    assert.deepEqual([alone.records.length, alone.broken.map(({ reason }) => reason)], [0, ['conflict']]);
    assert.equal((await engine.locations.listAt('local', signal)).records.length, 1);
  });

  it('that contradict each other about another’s backup are all in conflict', async () => {
    const { engine, request, folder, root, reopen } = bench();
    const record = await engine.create(request()).result;
    const other = join(root, 'other');
    await cp(folder, other, { recursive: true });
    await writeFile(join(other, `${record.backup_id}.json`), JSON.stringify({ ...record, sha256: 'f'.repeat(64) }));
    const stranger = await reopen({ stateDir: join(root, 'state of another') });
    await stranger.locations.local(other);
    const { backups, broken } = await stranger.locations.list(signal);
    assert.deepEqual(backups, []);
    assert.deepEqual(
      broken.map(({ reason }) => reason),
      ['conflict', 'conflict'],
    );
  });

  it('show what is broken, and where', async () => {
    const { engine, folder, request } = bench();
    await engine.create(request()).result;
    await writeFile(join(folder, '20250101T000000Z-00000000.json'), '{}');
    const { backups, broken } = await engine.locations.list(signal);
    assert.equal(backups.length, 1);
    assert.deepEqual(
      broken.map(({ reason, agent_id }) => [reason, agent_id]),
      [['sidecar_invalid', 'local']],
    );
  });
});

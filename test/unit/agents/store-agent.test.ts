import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import { StoreAgent } from '../../../src/agents/store-agent.ts';
import { systemClock } from '../../../src/clock.ts';
import { BackupError } from '../../../src/errors.ts';
import { MemoryStore } from '../../helpers/memory-store.ts';
import { BACKUP_ID, recordOf } from '../../helpers/records.ts';

const { signal } = new AbortController();
const content = Buffer.from('an archive');
const record = recordOf(content);
const source = (): Promise<Readable> => Promise.resolve(Readable.from([content]));

function agentOn(store: MemoryStore): StoreAgent {
  const abilities = { range: false, resume: false, update: true };
  return new StoreAgent({ id: 'm', name: 'memory', abilities, store, clock: systemClock, instanceId: '00000000' });
}

const upload = (agent: StoreAgent): Promise<void> =>
  agent.upload(record, source, { signal, onProgress: () => undefined });

const isRemoval = (call: string): boolean => call.startsWith('remove');

describe('an agent over a file store', () => {
  it('leaves nothing, wherever an upload fails', async () => {
    const clean = new MemoryStore();
    await upload(agentOn(clean));
    const count = clean.calls.filter((call) => !isRemoval(call)).length;
    assert.ok(count > 6);
    for (let point = 0; point < count; point++) {
      const store = new MemoryStore();
      let left = point;
      const failure = new BackupError('agent_unreachable', 'The connection was lost.');
      store.failOn = (call) => (!isRemoval(call) && left-- === 0 ? failure : null);
      const before = (): string => `point ${String(point)}, ${store.calls.at(-1) ?? ''}`;
      await upload(agentOn(store)).then(
        // The sweep of leftovers may fail without harm.
        () => {
          assert.ok(store.files.has(record.file), before());
        },
        (error: unknown) => {
          assert.equal(error, failure, before());
          const left = [...store.files.keys()].filter((name) => name !== '.nightkeep.json');
          assert.deepEqual(left, [], before());
        },
      );
    }
  });

  it('never shows a backup before its sidecar is in place, and the sidecar last', async () => {
    const store = new MemoryStore();
    await upload(agentOn(store));
    const renames = store.calls.filter((call) => call.startsWith('rename')).map((call) => call.split(' ').at(-1));
    assert.deepEqual(renames, ['.nightkeep.json', record.file, `${BACKUP_ID}.json`]);
    const firstRename = store.calls.findIndex((call) => call.endsWith(record.file));
    assert.equal(store.calls.slice(firstRename).filter((call) => call.startsWith('put')).length, 0);
  });

  it('refuses a range when it does not claim to know ranges', async () => {
    const agent = agentOn(new MemoryStore());
    await upload(agent);
    const range = { start: 0, length: 1 };
    await assert.rejects(agent.download(BACKUP_ID, { signal, range }), { code: 'invalid_request' });
  });

  it('says at which step a check failed, and cleans up', async () => {
    for (const [verb, step] of [
      ['prepare', 'reach'],
      ['put', 'write'],
      ['readSmall', 'read'],
      ['rename', 'rename'],
      ['list', 'list'],
      ['stat', 'delete'],
    ] as const) {
      const store = new MemoryStore();
      store.failOn = (call) => (call.startsWith(verb) ? new BackupError('permission_denied', 'Not allowed.') : null);
      const report = await agentOn(store).check({ signal });
      assert.equal(report.ok, false);
      assert.deepEqual(report.steps.at(-1), { name: step, ok: false, message: 'Not allowed.' });
      assert.ok(report.steps.slice(0, -1).every(({ ok }) => ok));
      assert.deepEqual([...store.files.keys()], []);
    }
  });

  it('sees in a check that a location does not keep what is written', async () => {
    const store = new MemoryStore();
    store.put = async (name) => {
      await Promise.resolve();
      store.files.set(name, Buffer.from('something else'));
    };
    const report = await agentOn(store).check({ signal });
    assert.deepEqual(report.steps.map(({ name, ok }) => [name, ok]).at(-1), ['read', false]);
  });
});

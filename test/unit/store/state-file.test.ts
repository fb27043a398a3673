import assert from 'node:assert/strict';
import { mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { systemClock } from '../../../src/clock.ts';
import { migrateState } from '../../../src/store/migrations.ts';
import { openStore } from '../../../src/store/open-store.ts';
import type { EngineStore } from '../../../src/store/open-store.ts';
import { parseState } from '../../../src/store/parse-state.ts';
import { planState, withPlan } from '../../../src/store/state.ts';
import type { EngineState } from '../../../src/store/state.ts';
import { BACKUP_ID, recordOf } from '../../helpers/records.ts';
import { tempFolder } from '../../helpers/temp-folder.ts';

const context = { newInstanceId: 'a'.repeat(32) };
const record = recordOf(Buffer.from('x'));

const full: EngineState = {
  version: 1,
  instance_id: 'b'.repeat(32),
  last_attempted_automatic_backup: '2026-11-20T03:00:00.000+01:00',
  last_completed_automatic_backup: null,
  last_action_event: {
    event_type: 'failed',
    failed_reason: 'no_space',
    error: 'No space in /data.',
    backup_stage: null,
    progress: null,
    backup: null,
    will_retry: null,
    late: false,
    manager_state: 'create_backup',
    name: 'Nightly',
    backup_id: BACKUP_ID,
    plan_id: 'plan',
    plan_name: 'Every night',
    node_id: 'node',
    agent_id: 'local',
    agent_name: '/data',
    job_id: '0011223344556677',
    automatic: true,
  },
  plans: {
    plan: {
      last_attempted: '2026-11-20T03:00:00.000+01:00',
      last_completed: '2026-11-19T03:00:09.000+01:00',
      last_backup: record,
      last_error: { code: 'no_space', message: 'No space in /data.', temporary: false, data: { free: 0 } },
    },
  },
};

/** All that lies in the state's folder. */
const NAMES = ['copies', 'hooks', 'jobs', 'made', 'retention', 'state.json', 'verified'];

describe('the state file', () => {
  const temp = tempFolder();
  let warnings: string[];
  const stateDir = (): string => join(temp(), 'deep', 'state');
  const stateFile = (): string => join(stateDir(), 'state.json');
  const open = (): Promise<EngineStore> =>
    openStore({ stateDir: stateDir(), clock: systemClock, warn: (message) => warnings.push(message) });

  beforeEach(() => {
    warnings = [];
  });

  it('is made at first use, for its user alone, and keeps the instance id', async () => {
    const first = (await open()).state.current;
    assert.match(first.instance_id, /^[0-9a-f]{32}$/);
    assert.equal((await stat(stateFile())).mode & 0o777, 0o600);
    assert.equal((await stat(stateDir())).mode & 0o777, 0o700);
    assert.deepEqual((await open()).state.current, first);
    assert.deepEqual((await readdir(stateDir())).sort(), NAMES);
    assert.deepEqual(warnings, []);
  });

  it('is the same for all that begin at once', async () => {
    const stores = await Promise.all([open(), open(), open(), open()]);
    assert.equal(new Set(stores.map(({ state }) => state.current.instance_id)).size, 1);
  });

  it('gives back all that it can hold', async () => {
    const { state } = await open();
    await state.update(() => full);
    assert.deepEqual((await open()).state.current, full);
    assert.deepEqual((await readdir(stateDir())).sort(), NAMES);
  });

  it('shows a change at once and keeps what others changed meanwhile', async () => {
    const [one, two] = [(await open()).state, (await open()).state];
    const changing = one.update((state) => withPlan(state, 'one', { last_attempted: '1' }));
    assert.equal(planState(one.current, 'one').last_attempted, '1');
    await changing;
    await two.update((state) => withPlan(state, 'two', { last_attempted: '2' }));
    await Promise.all(['a', 'b', 'c'].map((id) => one.update((state) => withPlan(state, id, { last_attempted: id }))));
    const { plans } = (await open()).state.current;
    assert.deepEqual(Object.keys(plans).sort(), ['a', 'b', 'c', 'one', 'two']);
  });

  it('keeps plans of any name apart from what objects are made of', async () => {
    const { state } = await open();
    assert.equal(planState(state.current, 'constructor').last_error, null);
    await state.update((before) => withPlan(before, '__proto__', { last_attempted: 'x' }));
    assert.equal(planState((await open()).state.current, '__proto__').last_attempted, 'x');
  });

  it('is refused when it is of a newer version, and stays as it is', async () => {
    await open();
    const text = JSON.stringify({ ...full, version: 2, later: true });
    await writeFile(stateFile(), text);
    await assert.rejects(open(), { name: 'BackupError', code: 'unsupported_format' });
    assert.equal(await readFile(stateFile(), 'utf8'), text);
  });

  for (const [what, content] of [
    ['empty', ''],
    ['cut', JSON.stringify(full).slice(0, 100)],
    ['a list', '[]'],
    ['without instance id', JSON.stringify({ ...full, instance_id: '' })],
    ['with a plan that is none', JSON.stringify({ ...full, plans: { a: 1 } })],
    ['with an error of no known code', JSON.stringify(full).replaceAll('no_space', 'whatever')],
    ['of version "1"', JSON.stringify({ ...full, version: '1' })],
  ] as const) {
    it(`is set aside with a warning when it is ${what}`, async () => {
      await open();
      await writeFile(stateFile(), content);
      await writeFile(`${stateFile()}.corrupt-1`, 'an earlier one');
      assert.match((await open()).state.current.instance_id, /^[0-9a-f]{32}$/);
      assert.equal(await readFile(`${stateFile()}.corrupt-2`, 'utf8'), content);
      assert.equal(warnings.length, 1);
      assert.ok(warnings[0]?.includes('state.json.corrupt-2'));
    });
  }

  it('is refused with a clear error when its folder is a file', async () => {
    await writeFile(join(temp(), 'deep'), '');
    await assert.rejects(open(), { name: 'BackupError', code: 'invalid_request' });
  });

  it('is refused with a clear error when it cannot be read', async () => {
    await open();
    const path = stateFile();
    await rm(path);
    await mkdir(path);
    await assert.rejects(open(), (error: unknown) => error instanceof Error && error.message.includes(path));
  });
});

describe('older state', () => {
  it('of version 0, which is none, becomes that of a new instance', () => {
    assert.deepEqual(parseState(migrateState({}, context)), {
      version: 1,
      instance_id: context.newInstanceId,
      last_attempted_automatic_backup: null,
      last_completed_automatic_backup: null,
      last_action_event: null,
      plans: {},
    });
  });

  it('of version 1 stays as it is', () => {
    const fields = { ...full };
    assert.deepEqual(migrateState(fields, context), fields);
  });

  it('is not changed in place', () => {
    const fields = Object.freeze({});
    migrateState(fields, context);
    assert.deepEqual(fields, {});
  });

  for (const version of [2, 99]) {
    it(`of version ${String(version)} is newer, and refused`, () => {
      assert.throws(() => migrateState({ version }, context), { code: 'unsupported_format' });
    });
  }
});

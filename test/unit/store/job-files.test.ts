import assert from 'node:assert/strict';
import { readdir, readFile, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { JobIdentity } from '../../../src/events.ts';
import { PARTIAL_PREFIX, UNKNOWN_OWNER_MS } from '../../../src/io/partial-name.ts';
import { formatIdentity, processIdentity } from '../../../src/io/process-identity.ts';
import { openStore } from '../../../src/store/open-store.ts';
import type { EngineStore } from '../../../src/store/open-store.ts';
import { FakeClock } from '../../helpers/fake-clock.ts';
import { BACKUP_ID } from '../../helpers/records.ts';
import { tempFolder } from '../../helpers/temp-folder.ts';

const job: JobIdentity = {
  manager_state: 'create_backup',
  name: 'Nightly',
  backup_id: BACKUP_ID,
  plan_id: 'plan',
  plan_name: 'Every night',
  node_id: null,
  agent_id: 'local',
  agent_name: '/data',
  job_id: '0011223344556677',
  automatic: true,
};
const started = '2026-11-20T03:00:00.000+01:00';
const self = processIdentity();

describe('the files of jobs', () => {
  const temp = tempFolder();
  const clock = new FakeClock();
  let warnings: string[];
  let store: EngineStore;
  const path = (): string => join(temp(), 'jobs', `${job.job_id}.json`);

  beforeEach(async () => {
    warnings = [];
    store = await openStore({ stateDir: temp(), clock, warn: (message) => warnings.push(message) });
    await store.jobs.write(job, '/data/backups', started);
  });

  const changeOwner = async (changes: Partial<typeof self>): Promise<void> => {
    const text = await readFile(path(), 'utf8');
    await writeFile(path(), text.replace(formatIdentity(self), formatIdentity({ ...self, ...changes })));
  };
  const unfinished = async (): Promise<readonly string[]> =>
    (await store.jobs.unfinished(clock.now())).map(({ job_id }) => job_id);

  it('are no business of anybody while their process lives', async () => {
    assert.deepEqual(await unfinished(), []);
  });

  it('tell all that is needed when their process died', async () => {
    await changeOwner({ start: '1' });
    const owner = formatIdentity({ ...self, start: '1' });
    const found = await store.jobs.unfinished(clock.now());
    assert.deepEqual(found, [{ ...job, version: 1, owner, folder: '/data/backups', started }]);
    await store.jobs.remove(job.job_id);
    assert.deepEqual(await unfinished(), []);
  });

  it('are over when their container was replaced', async () => {
    await changeOwner({ space: '1' });
    assert.deepEqual(await unfinished(), [job.job_id]);
  });

  it('of another machine are over after a day', async () => {
    await changeOwner({ boot: '00000000', machine: '00000000' });
    const touch = (ms: number): Promise<void> => utimes(path(), ms / 1000, ms / 1000);
    await touch(clock.now() - UNKNOWN_OWNER_MS + 2000);
    assert.deepEqual(await unfinished(), []);
    await touch(clock.now() - UNKNOWN_OWNER_MS);
    assert.deepEqual(await unfinished(), [job.job_id]);
  });

  for (const [what, content] of [
    ['empty', ''],
    ['not JSON', '{'],
    ['of no known kind', JSON.stringify({ ...job, manager_state: 'x', version: 1, owner: '', folder: null, started })],
    ['of another job', JSON.stringify({ ...job, job_id: '../x', version: 1, owner: '', folder: null, started })],
  ] as const) {
    it(`are set aside with a warning when they are ${what}`, async () => {
      await writeFile(path(), content);
      assert.deepEqual(await unfinished(), []);
      assert.deepEqual(await readdir(join(temp(), 'jobs')), [`${job.job_id}.json.corrupt-1`]);
      assert.equal(warnings.length, 1);
      assert.deepEqual(await unfinished(), []);
    });
  }

  it('and the state folder are cleaned of what dead processes were writing', async () => {
    const dead = `${PARTIAL_PREFIX}00000000~${formatIdentity({ ...self, start: '1' })}~001122334455`;
    const own = `${PARTIAL_PREFIX}00000000~${formatIdentity(self)}~001122334455`;
    for (const folder of [temp(), join(temp(), 'jobs')]) {
      for (const name of [dead, own]) await writeFile(join(folder, name), '');
    }
    await openStore({ stateDir: temp(), clock, warn: () => undefined });
    for (const folder of [temp(), join(temp(), 'jobs')]) {
      assert.deepEqual(
        (await readdir(folder)).filter((name) => name.startsWith(PARTIAL_PREFIX)),
        [own],
      );
    }
  });
});

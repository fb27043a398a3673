import assert from 'node:assert/strict';
import { mkdir, readdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { CreateTask } from '../../../../src/archive/tasks.ts';
import { formatIdentity, processIdentity } from '../../../../src/io/process-identity.ts';
import { engineBench, wordOf } from '../../../helpers/engine-bench.ts';
import { gate } from '../../../helpers/fake-archive.ts';
import type { Gate } from '../../../helpers/fake-archive.ts';

const { signal } = new AbortController();
const self = processIdentity();
const dead = formatIdentity({ ...self, start: `${self.start}1` });

describe('a start after the process died', () => {
  const bench = engineBench();
  let door: Gate;
  beforeEach(() => {
    door = gate();
  });
  afterEach(() => {
    door.open();
  });

  /** Leaves the files that a process leaves that is killed while it makes a backup. */
  async function leaveHalf(automatic = true): Promise<{ id: string; partial: string }> {
    const { engine, request, archive, folder, stateDir } = bench();
    const wrote = gate();
    archive.during = async (task) => {
      await writeFile((task as CreateTask).path, 'half');
      for (const ending of ['.manifest', '.sqlite', '.sqlite-journal'])
        await writeFile(`${(task as CreateTask).path}${ending}`, 'half');
      wrote.open();
      await door.passed;
    };
    const job = engine.create(request({ automatic }));
    await wrote.passed;
    const task = archive.tasks[0] as CreateTask;
    const [jobFile = ''] = await readdir(join(stateDir, 'jobs'));
    const text = await readFile(join(stateDir, 'jobs', jobFile), 'utf8');
    const names = await readdir(folder);
    job.cancel();
    await assert.rejects(job.result);
    await writeFile(join(stateDir, 'jobs', jobFile), text.replace(formatIdentity(self), dead));
    for (const name of names.filter((each) => each.includes(formatIdentity(self)))) {
      await writeFile(join(folder, name.replace(formatIdentity(self), dead)), 'half');
    }
    archive.during = () => Promise.resolve();
    archive.tasks.length = 0;
    bench().events.length = 0;
    return { id: task.header.backup_id, partial: names.find((name) => name.includes('partial')) ?? '' };
  }

  it('removes what it left half made, and says so once', async () => {
    const { folder, stateDir, reopen, events, story } = bench();
    const { id } = await leaveHalf();
    await writeFile(join(folder, `${id}.nightly.tar.zst`), 'an archive whose sidecar was not in place yet');
    assert.equal((await readdir(folder)).length, 6);
    const later = await reopen();
    assert.deepEqual(await readdir(folder), ['.nightkeep.json']);
    assert.deepEqual(story(), []);
    later.announceInterrupted();
    later.announceInterrupted();
    assert.deepEqual(story(), ['create:failed:interrupted']);
    const [event] = events;
    assert.deepEqual([event?.backup_id, event?.plan_id, event?.node_id, event?.late], [id, 'plan', 'node', false]);
    const { last_error } = later.planStatus('plan');
    assert.deepEqual([last_error?.code, last_error?.message], ['interrupted', event?.error]);
    await later.close();
    assert.deepEqual(await readdir(join(stateDir, 'jobs')), []);
    (await reopen()).announceInterrupted();
    assert.equal(story().length, 1);
  });

  it('says so to the next start too when this one could not', async () => {
    const { reopen, story } = bench();
    await leaveHalf();
    await reopen();
    const third = await reopen();
    third.announceInterrupted();
    assert.deepEqual(story(), ['create:failed:interrupted']);
  });

  it('leaves the plan’s last error, even when nobody was told', async () => {
    const { reopen, stateDir } = bench();
    await leaveHalf();
    const quiet = await reopen();
    await quiet.close();
    assert.deepEqual(await readdir(join(stateDir, 'jobs')), []);
    assert.equal((await reopen()).planStatus('plan').last_error?.code, 'interrupted');
  });

  it('lets the next backup succeed without help', async () => {
    const { reopen, request } = bench();
    await leaveHalf();
    const later = await reopen();
    later.announceInterrupted();
    const record = await later.create(request()).result;
    assert.equal(later.planStatus('plan').last_error, null);
    assert.deepEqual(
      (await later.locations.list(signal)).backups.map(({ backup_id }) => backup_id),
      [record.backup_id],
    );
  });

  it('takes a backup that was complete for what it is', async () => {
    const { engine, request, reopen, stateDir, archive, events, until } = bench();
    archive.during = async () => {
      const [name = ''] = await readdir(join(stateDir, 'jobs'));
      const text = await readFile(join(stateDir, 'jobs', name), 'utf8');
      await writeFile(join(stateDir, 'kept'), text.replace(formatIdentity(self), dead));
    };
    const job = engine.create(request());
    const record = await job.result;
    await until('create:completed');
    await rename(join(stateDir, 'kept'), join(stateDir, 'jobs', `${job.jobId}.json`));
    events.length = 0;
    const later = await reopen();
    later.announceInterrupted();
    assert.deepEqual(events.map(wordOf), ['create:completed']);
    assert.deepEqual([events[0]?.late, events[0]?.backup], [true, record]);
    assert.equal(later.planStatus('plan').last_error, null);
    assert.equal((await later.locations.list(signal)).backups.length, 1);
  });

  it('does not touch the jobs of a process that lives', async () => {
    const { engine, request, archive, reopen, folder, story, until } = bench();
    archive.during = () => door.passed;
    const job = engine.create(request());
    await until('create:archive');
    const other = await reopen();
    other.announceInterrupted();
    await other.locations.list(signal);
    assert.ok(!story().includes('create:failed:interrupted'));
    door.open();
    await job.result;
    assert.equal((await readdir(folder)).length, 3);
  });

  it('does not overwrite what its plan did since', async () => {
    const { reopen, clock, request, stateDir } = bench();
    await leaveHalf();
    const [name = ''] = await readdir(join(stateDir, 'jobs'));
    const text = await readFile(join(stateDir, 'jobs', name), 'utf8');
    const later = await reopen();
    later.announceInterrupted();
    clock.advance(1000);
    await later.create(request()).result;
    await later.close();
    await writeFile(join(stateDir, 'jobs', name), text);
    assert.equal((await reopen()).planStatus('plan').last_error, null);
  });

  it('does not list the folder of such a job unless somebody asks for it', async () => {
    const { reopen, stateDir, root } = bench();
    await leaveHalf();
    const [name = ''] = await readdir(join(stateDir, 'jobs'));
    const path = join(stateDir, 'jobs', name);
    await mkdir(join(root, 'former'));
    await writeFile(path, (await readFile(path, 'utf8')).replaceAll('/backups"', '/former"'));
    const later = await reopen();
    assert.deepEqual(
      later.locations.agents().map(({ id }) => id),
      ['local'],
    );
  });
});

import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Job } from '../../../../src/manager/jobs/job.ts';
import { engineBench } from '../../../helpers/engine-bench.ts';
import { gate } from '../../../helpers/fake-archive.ts';
import { environmentFor } from '../../../helpers/restore-bench.ts';

describe('the state of the manager while something is restored', () => {
  const bench = engineBench();

  /** Begins a restore of a backup that was just made, and looks at the state while it reads the archive. */
  async function stateDuring(begin: (backupId: string) => Job<unknown>): Promise<string> {
    const { engine, archive, request } = bench();
    const { backup_id } = await engine.create(request()).result;
    const [reached, door] = [gate(), gate()];
    archive.during = () => {
      reached.open();
      return door.passed;
    };
    const job = begin(backup_id);
    await reached.passed;
    const state = engine.status().manager_state;
    door.open();
    await job.result.catch(() => null);
    assert.equal(engine.status().manager_state, 'idle');
    return state;
  }

  it('is restore_backup while a restore into Node-RED has the turn, and idle when it has ended', async () => {
    const { engine, root } = bench();
    const userDir = join(root, 'data');
    mkdirSync(userDir);
    const how = { useSettings: false, installModules: false, nodeId: null, automatic: false };
    const running = environmentFor(userDir);
    const begin = (backupId: string): Job<unknown> =>
      engine.restoreInto({ backupId, agentId: 'local', userDir, running, ...how });
    assert.equal(await stateDuring(begin), 'restore_backup');
  });

  it('stays idle while a restore to a folder runs, which takes no turn', async () => {
    const { engine, root } = bench();
    const how = { target: join(root, 'out'), paths: null, overwrite: false, keepSetuid: false, nodeId: null };
    assert.equal(await stateDuring((backupId) => engine.restore({ backupId, agentId: 'local', ...how })), 'idle');
  });
});

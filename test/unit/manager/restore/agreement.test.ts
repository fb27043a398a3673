import assert from 'node:assert/strict';
import { mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { BackupError, Engine } from '../../../../src/index.ts';
import { openEngineWith } from '../../../../src/manager/open-engine.ts';
import { archiveInThread } from '../../../helpers/archive-in-thread.ts';
import { isLongRun } from '../../../helpers/figures.ts';
import { makeUserDirOf } from '../../../helpers/made-user-dirs.ts';
import { backupRequest } from '../../../helpers/requests.ts';
import { runCli } from '../../../helpers/run-cli.ts';
import { seededSubset } from '../../../helpers/seeded-subset.ts';
import { tempFolder } from '../../../helpers/temp-folder.ts';

const NUMBERS = Array.from({ length: 500 }, (_, number) => number);
const byHand = { drill: false, nodeId: null, automatic: false };

interface Said {
  /** Null when no backup was made, because there were no flows. */
  readonly verify: boolean | null;
  readonly restore: boolean | null;
  readonly why: string;
}

describe('verify and restore', function () {
  this.timeout(isLongRun ? 3_600_000 : 480_000);
  const folder = tempFolder();

  async function byEngine(engine: Engine, number: number): Promise<Said> {
    const root = join(folder(), `e${String(number)}`);
    const target = join(root, 'target');
    mkdirSync(target, { recursive: true });
    const { source } = makeUserDirOf(number, root);
    const backups = join(root, 'backups');
    let backupId: string;
    try {
      const request = backupRequest({ sources: [source], folder: backups, compression: 'none' });
      backupId = (await engine.create(request).result).backup_id;
    } catch (error) {
      assert.equal((error as BackupError).code, 'no_flows');
      return { verify: null, restore: null, why: '' };
    }
    const { id: agentId } = await engine.locations.local(backups, { listed: false });
    const { ok, problems } = await engine.verify(backupId, agentId, byHand).result;
    const how = { running: null, useSettings: true, installModules: false, nodeId: null, automatic: false };
    const restore = await engine.restoreInto({ backupId, agentId, userDir: target, ...how }).result.then(
      () => null,
      (error: unknown) => error as BackupError,
    );
    if (restore !== null) {
      assert.deepEqual(
        readdirSync(target).filter((name) => name !== '.nightkeep'),
        [],
        'nothing was touched',
      );
      assert.equal(restore.message, problems[0]?.message, 'both give the same reason');
    }
    return { verify: ok, restore: restore === null, why: JSON.stringify(problems) };
  }

  it('say the same of each user directory', async () => {
    const options = { stateDir: join(folder(), 'state'), instanceName: 'test', nodeRedVersion: null };
    const engine = await openEngineWith(options, archiveInThread);
    const seen = { yes: 0, no: 0, none: 0 };
    try {
      for (const number of seededSubset('user directories', NUMBERS, 60)) {
        const { verify, restore, why } = await byEngine(engine, number);
        const kinds = JSON.stringify(makeUserDirOf(number, join(folder(), 'again', String(number))).kinds);
        assert.equal(verify, restore, `${String(number)}: ${kinds} ${why}`);
        seen[verify === null ? 'none' : verify ? 'yes' : 'no'] += 1;
      }
    } finally {
      await engine.close();
    }
    console.log(`      ${JSON.stringify(seen)}`);
    assert.ok(seen.yes > 0 && seen.no > 0);
  });

  it('say the same on the command line', async () => {
    for (const number of seededSubset('user directories', NUMBERS.slice(0, 40), 8)) {
      const root = join(folder(), `c${String(number)}`);
      const target = join(root, 'target');
      mkdirSync(target, { recursive: true });
      const { kinds } = makeUserDirOf(number, root);
      const cli = (...args: readonly string[]): ReturnType<typeof runCli> =>
        runCli(...args, '--state', join(folder(), 'state'), '--json');
      const backups = join(root, 'backups');
      const made = await cli('create', '--source', `node-red=${join(root, 'user')}`, '--to', backups);
      if (made.code === 1) {
        assert.match(made.stdout, /no_flows/);
        continue;
      }
      const verified = await cli('verify', '--at', backups);
      const restored = await cli('restore', '--at', backups, '--into', target);
      const told = `${String(number)}: ${JSON.stringify(kinds)} ${verified.stdout} ${restored.stdout}`;
      assert.ok([0, 3].includes(restored.code ?? -1) || restored.code === 1, told);
      assert.equal(verified.code === 0, restored.code !== 1, told);
    }
  });
});

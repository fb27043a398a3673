import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { BackupError, Engine } from '../../src/index.ts';
import { openEngineWith } from '../../src/manager/open-engine.ts';
import { archiveInThread } from '../helpers/archive-in-thread.ts';
import { isLongRun } from '../helpers/figures.ts';
import { loadsInNodeRed } from '../helpers/loads-in-node-red.ts';
import { makeUserDirOf, type MadeUserDir } from '../helpers/made-user-dirs.ts';
import { VERSIONS } from '../helpers/node-red.ts';
import { backupRequest } from '../helpers/requests.ts';
import { seededSubset } from '../helpers/seeded-subset.ts';
import { tempFolder } from '../helpers/temp-folder.ts';

const NUMBERS = Array.from({ length: 200 }, (_, number) => number);
const OF_EACH = isLongRun ? 12 : 3;

/** Node-RED 4.1 looks for credentials only in the user directory. */
const isForBoth = ({ kinds }: MadeUserDir): boolean => kinds.file.endsWith('.json');

describe('what verify and restore say of a user directory', function () {
  this.timeout(isLongRun ? 1_800_000 : 240_000);
  const folder = tempFolder();

  /** Null when there was nothing to back up. */
  async function sayOf(engine: Engine, made: MadeUserDir, root: string): Promise<boolean | null> {
    const target = join(root, 'target');
    mkdirSync(target, { recursive: true });
    const folderOf = join(root, 'backups');
    const request = backupRequest({ sources: [made.source], folder: folderOf, compression: 'none' });
    const record = await engine.create(request).result.catch((error: unknown) => {
      assert.equal((error as BackupError).code, 'no_flows');
      return null;
    });
    if (record === null) return null;
    const { id: agentId } = await engine.locations.local(folderOf, { listed: false });
    const { backup_id: backupId } = record;
    const { ok } = await engine.verify(backupId, agentId, null).result;
    const how = { running: null, useSettings: true, installModules: false, nodeId: null, automatic: false };
    if (!ok) return false;
    const { problems } = await engine.restoreInto({ backupId, agentId, userDir: target, ...how }).result;
    assert.deepEqual(problems, [], JSON.stringify(made.kinds));
    return true;
  }

  it('is what a real Node-RED does with it', async () => {
    const options = { stateDir: join(folder(), 'state'), instanceName: 'test', nodeRedVersion: null };
    const engine = await openEngineWith(options, archiveInThread);
    const left = { yes: OF_EACH, no: OF_EACH };
    try {
      for (const number of seededSubset('user directories', NUMBERS, NUMBERS.length)) {
        const root = join(folder(), String(number));
        const made = makeUserDirOf(number, root);
        const answer = made.startsNot ? null : await sayOf(engine, made, root);
        if (answer === null || left[answer ? 'yes' : 'no'] === 0) continue;
        const versions = Object.entries(VERSIONS).filter(([name]) => isForBoth(made) || name === 'Node-RED 5');
        const [version = '', nodeRed = ''] = versions[number % versions.length] ?? [];
        const { loads, output } = await loadsInNodeRed(join(root, answer ? 'target' : 'user'), nodeRed, made);
        assert.equal(loads, answer, `${version}, ${String(number)}: ${JSON.stringify(made.kinds)}\n${output}`);
        left[answer ? 'yes' : 'no'] -= 1;
        if (left.yes + left.no === 0) return;
      }
    } finally {
      await engine.close();
    }
    assert.fail('there were too few of them');
  });
});

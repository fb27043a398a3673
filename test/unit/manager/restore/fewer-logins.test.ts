import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { NodeRedSource } from '../../../../src/backup-request.ts';
import type { Engine, IntoReport, IntoRequest } from '../../../../src/index.ts';
import { openEngineWith } from '../../../../src/manager/open-engine.ts';
import { archiveInThread } from '../../../helpers/archive-in-thread.ts';
import { backupRequest } from '../../../helpers/requests.ts';
import { environmentFor } from '../../../helpers/restore-bench.ts';
import { runCli, startCli } from '../../../helpers/run-cli.ts';
import { tempFolder } from '../../../helpers/temp-folder.ts';
import { contentsOf, makeUserDir, put } from '../../../helpers/user-dir.ts';

describe('a backup of a Node-RED with logins', function () {
  const folder = tempFolder();
  const [old, target] = [() => join(folder(), 'old'), () => join(folder(), 'target')];
  let engine: Engine;

  beforeEach(async () => {
    makeUserDir(old(), { mark: 'old', secret: 'old secret' });
    makeUserDir(target(), { mark: 'new', secret: 'new secret' });
    const options = { stateDir: join(folder(), 'state'), instanceName: 'test', nodeRedVersion: null };
    engine = await openEngineWith(options, archiveInThread);
  });
  afterEach(() => engine.close());

  async function restore(guards: readonly string[], changes: Partial<IntoRequest> = {}): Promise<IntoReport> {
    const facts = { project: null, projectsFolder: null, port: null, ownStorage: false, runs: false };
    const source: NodeRedSource = {
      ...{ kind: 'node-red', label: 'node-red', path: old(), exclude: [], flowFile: join(old(), 'flows.json') },
      ...{ settingsFile: join(old(), 'settings.js'), includeNodeModules: false, credentialSecret: null },
      facts: { ...facts, guards: ['adminAuth', 'httpNodeRoot'] },
    };
    const { backup_id: backupId } = await engine.create(
      backupRequest({ sources: [source], folder: join(folder(), 'backups') }),
    ).result;
    const { id: agentId } = await engine.locations.local(join(folder(), 'backups'));
    const running = { ...environmentFor(target()), guards };
    const how = { running, useSettings: false, installModules: false, nodeId: null, automatic: false };
    return engine.restoreInto({ backupId, agentId, userDir: target(), ...how, ...changes }).result;
  }

  it('comes into one that runs with fewer only when that is confirmed', async () => {
    const before = contentsOf(target());
    await assert.rejects(restore(['httpNodeRoot']), {
      code: 'invalid_request',
      message: /had adminAuth in its settings/,
    });
    assert.deepEqual(contentsOf(target()), before);
    const { state } = await restore(['httpNodeRoot'], { confirmFewerLogins: true });
    assert.equal(state, 'await_restart');
  });

  it('comes without a question where they are set, or its settings come too', async () => {
    assert.equal((await restore(['httpNodeRoot', 'adminAuth', 'https'])).state, 'await_restart');
    assert.equal(await engine.cancelRestore(target(), null), true);
    assert.equal((await restore([], { useSettings: true })).starts, 2);
  });

  it('says first, on the command line, what keeps nobody out any more', async () => {
    const adminAuth = 'adminAuth: process.env.HOUSE_LOGIN && { type: process.env.HOUSE_LOGIN }';
    put(old(), { 'settings.js': `module.exports = { flowFile: 'flows.json', ${adminAuth} };` });
    mkdirSync(join(folder(), 'empty'));
    const [backups, state] = [join(folder(), 'cli'), join(folder(), 'cli-state')];
    const make = ['create', '--source', `node-red=${old()}`, '--to', backups, '--state', state];
    assert.equal((await startCli(make, { HOUSE_LOGIN: 'x' }).result).code, 0);
    const { code, stdout } = await runCli(
      'restore',
      '--at',
      backups,
      '--into',
      join(folder(), 'empty'),
      '--state',
      state,
    );
    assert.equal(code, 3, stdout);
    assert.match(stdout, /^The Node-RED of the backup had adminAuth in its settings, and/);
    assert.match(stdout, /--undo/);
  });
});

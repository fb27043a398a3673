import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { BackupRecord, FlowTab } from '../../src/index.ts';
import { createNode, tab, teller, TestNodeRed, VERSIONS } from '../helpers/node-red.ts';
import { startCli, type CliResult } from '../helpers/run-cli.ts';
import { tempFolder } from '../helpers/temp-folder.ts';

const FLOWS = [
  { ...tab, label: 'argument' },
  { id: 'inject', type: 'inject', z: 'tab', once: true, onceDelay: 0.1, props: [], x: 1, y: 1, wires: [['create']] },
  createNode({ wires: [['result'], ['events']] }),
  teller('result', 'result'),
  teller('events', 'events'),
];

/** What `backup.json` of an archive says of its Node-RED. */
function installationIn(archive: string): unknown {
  const text = execFileSync('sh', ['-c', `zstd -dc '${archive}' | tar -xO backup.json`], { encoding: 'utf8' });
  return (JSON.parse(text) as { readonly installation?: unknown }).installation;
}

for (const [version, nodeRed] of Object.entries(VERSIONS)) {
  describe(`what a real ${version} uses`, function () {
    this.timeout(240_000);
    const folder = tempFolder();
    const userDir = (): string => join(folder(), 'u');
    const cli = (...args: readonly string[]): Promise<CliResult> =>
      startCli([...args, '--state', join(folder(), 'state')]).result;

    async function tabs(at: string): Promise<readonly string[]> {
      const { stdout } = await cli('flows', '--at', at, '--json');
      return (JSON.parse(stdout) as FlowTab[]).map(({ label }) => label);
    }

    it('is noted at each start, also what was an argument of its command, and used by the command line', async () => {
      mkdirSync(userDir());
      writeFileSync(join(userDir(), 'argument.json'), JSON.stringify(FLOWS));
      writeFileSync(join(userDir(), 'flows.json'), JSON.stringify([{ ...tab, label: 'old' }]));
      const settings = `credentialSecret: 'hush',`;
      const node = await TestNodeRed.start({ userDir: userDir(), nodeRed, settings, redArguments: ['argument.json'] });
      const { payload } = await node.heard('result');
      await node.running.stop();
      const { failed_files, file } = payload as unknown as BackupRecord;
      assert.equal(failed_files.count, 0);
      assert.deepEqual(installationIn(join(userDir(), 'backups', file)), {
        ...{ flow_file: join(userDir(), 'argument.json'), settings_file: join(userDir(), 'settings.js') },
        ...{ project: null, logins: [], port: Number(new URL(node.running.url).port) },
      });
      assert.deepEqual(await tabs(join(userDir(), 'backups')), ['argument']);

      const note = join(userDir(), '.nightkeep/installation.json');
      assert.ok(!readFileSync(note, 'utf8').includes('hush'));
      assert.equal(statSync(note).mode & 0o777, 0o600);

      const moved = join(folder(), 'moved');
      renameSync(userDir(), moved);
      const made = await cli('create', '--source', `node-red=${moved}`, '--to', join(folder(), 'b'));
      assert.equal(made.code, 0, made.stdout + made.stderr);
      assert.deepEqual(await tabs(join(folder(), 'b')), ['argument']);

      writeFileSync(join(moved, 'settings.js'), `module.exports = { flowFile: 'flows.json' };`);
      const anew = await cli('create', '--source', `node-red=${moved}`, '--to', join(folder(), 'b'));
      assert.equal(anew.code, 0, anew.stdout + anew.stderr);
      assert.deepEqual(await tabs(join(folder(), 'b')), ['old']);
    });

    it('fails when its flow file is gone although it runs, and leaves no backup', async () => {
      mkdirSync(userDir());
      const flows = FLOWS.map((each) => (each.id === 'inject' ? { ...each, onceDelay: 3 } : each));
      writeFileSync(join(userDir(), 'flows.json'), JSON.stringify(flows));
      const node = await TestNodeRed.start({ userDir: userDir(), nodeRed });
      rmSync(join(userDir(), 'flows.json'));
      const { payload } = await node.heard('events', (msg) => msg.payload['event_type'] === 'failed');
      await node.running.stop();
      assert.equal(payload['failed_reason'], 'no_flows');
      const { stdout } = await cli('list', '--at', join(userDir(), 'backups'), '--json');
      assert.deepEqual(JSON.parse(stdout), []);
    });
  });
}

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, renameSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
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
        ...{ project: null, logins: [], port: Number(new URL(node.running.url).port), context_stores: [], links: [] },
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

    it('is taken along by its links: flows, and a store of context that the running Node-RED has written to', async () => {
      const [dot, disk] = [join(folder(), 'dot'), join(folder(), 'disk')];
      for (const path of [userDir(), dot, join(disk, 'second')]) mkdirSync(path, { recursive: true });
      const keep = {
        func: `global.set('a', 1, 'one', () => global.set('b', 2, 'two', () => node.send(msg)));`,
        outputs: 1,
      };
      const flows = FLOWS.map((each) => (each.id === 'inject' ? { ...each, wires: [['keep']] } : each));
      flows.push({ id: 'keep', type: 'function', z: 'tab', ...keep, x: 1, y: 1, wires: [['create']] });
      writeFileSync(join(dot, 'flows.json'), JSON.stringify(flows));
      writeFileSync(join(dot, 'more.js'), `module.exports = 30;`);
      symlinkSync(join(dot, 'flows.json'), join(userDir(), 'flows.json'));
      symlinkSync(disk, join(userDir(), 'context'));
      const store = (config: object): string =>
        `{ module: 'localfilesystem', config: { cache: false, ...${JSON.stringify(config)} } }`;
      const settings = `debugMaxLength: require(${JSON.stringify(join(dot, 'more.js'))}),
        contextStorage: { default: 'ram', ram: { module: 'memory' }, one: ${store({})}, two: ${store({ dir: join(disk, 'second'), base: 'b' })} },`;
      const node = await TestNodeRed.start({ userDir: userDir(), nodeRed, settings });
      const { payload } = await node.heard('result');
      await node.running.stop();
      const { file } = payload as unknown as BackupRecord;
      const byNode = join(userDir(), 'backups', file);
      const made = await cli('create', '--source', `node-red=${userDir()}`, '--to', join(folder(), 'b'), '--json');
      assert.equal(made.code, 0, made.stdout + made.stderr);
      const byHand = join(folder(), 'b', (JSON.parse(made.stdout) as BackupRecord).file);
      for (const archive of [byNode, byHand]) {
        const { links, context_stores: stores } = installationIn(archive) as Record<string, unknown>;
        assert.deepEqual(links, [
          { link: 'flows.json', target: join(dot, 'flows.json') },
          { link: 'context', target: disk },
        ]);
        assert.deepEqual(stores, [
          { name: 'ram', module: 'memory', path: null, member: null },
          {
            ...{ name: 'one', module: 'localfilesystem', path: join(userDir(), 'context') },
            member: 'node-red-outside/context',
          },
          {
            ...{ name: 'two', module: 'localfilesystem', path: join(disk, 'second/b') },
            member: 'node-red-outside/context/second/b',
          },
        ]);
        const members = execFileSync('sh', ['-c', `zstd -dc '${archive}' | tar -tf - node-red-outside`], {
          encoding: 'utf8',
        });
        for (const name of [
          'flows.json',
          'more.js',
          'context/global/global.json',
          'context/second/b/global/global.json',
        ])
          assert.equal(members.split(`node-red-outside/${name}\n`).length, 2, `${name} in ${members}`);
      }
      assert.deepEqual(await tabs(join(folder(), 'b')), ['argument']);
      assert.equal((await cli('verify', '--at', join(folder(), 'b'))).code, 0);
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

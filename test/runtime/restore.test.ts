import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createNode, tab, teller, TestNodeRed, VERSIONS, type FlowNode } from '../helpers/node-red.ts';
import { untilSo } from '../helpers/pass-time.ts';
import { restoreNode } from '../helpers/restore-node.ts';
import { runCli } from '../helpers/run-cli.ts';
import { tempFolder } from '../helpers/temp-folder.ts';
import { put, sealed } from '../helpers/user-dir.ts';

/** Asked by its address, it says what it knows: its label, a credential and a value of context. */
function asking(label: string): FlowNode[] {
  const func = `const told = { label: ${JSON.stringify(label)}, count: flow.get('count', 'file') };
    if (msg.req.query.set) flow.set('count', Number(msg.req.query.set), 'file');
    msg.payload = told; return msg;`;
  return [
    { id: 'ask', type: 'http in', z: 'tab', method: 'get', url: '/ask', x: 1, y: 1, wires: [['say']] },
    { id: 'say', type: 'function', z: 'tab', func, outputs: 1, x: 1, y: 1, wires: [['reply']] },
    { id: 'reply', type: 'http response', z: 'tab', x: 1, y: 1, wires: [] },
    { id: 'basic', type: 'http proxy', name: 'with credentials', url: '', noproxy: [] },
  ];
}

const trigger = (id: string, to: string): FlowNode[] => [
  { id, type: 'http in', z: 'tab', method: 'get', url: `/${id}`, x: 1, y: 1, wires: [[`${id}-reply`, `${id}-do`]] },
  { id: `${id}-do`, type: 'function', z: 'tab', func: 'return { payload: 1 };', outputs: 1, x: 1, y: 1, wires: [[to]] },
  { id: `${id}-reply`, type: 'http response', z: 'tab', x: 1, y: 1, wires: [] },
];

const flows = (label: string, restore: Record<string, unknown> = {}): FlowNode[] => [
  tab,
  ...asking(label),
  createNode({ wires: [['made'], []], folder: '' }),
  restoreNode('restore', { mode: 'node-red', wires: [['result'], ['events']], ...restore }),
  restoreNode('undo', { mode: 'undo', wires: [['undone'], []] }),
  { id: 'catch', type: 'catch', z: 'tab', scope: null, x: 1, y: 1, wires: [['caught']] },
  ...trigger('restore-now', 'restore'),
  ...trigger('undo-now', 'undo'),
  ...['made', 'result', 'events', 'undone', 'caught'].map((id) => teller(id, id)),
];

const CONTEXT = `contextStorage: { default: 'memory', memory: { module: 'memory' },
  file: { module: 'localfilesystem', config: { cache: true, flushInterval: 1 } } },`;
const PROJECTS = `editorTheme: { tours: false, palette: { catalogues: [] }, projects: { enabled: true } },`;

for (const [version, nodeRed] of Object.entries(VERSIONS)) {
  describe(`a restore into ${version}`, function () {
    const folder = tempFolder();
    const userDir = (): string => join(folder(), 'data');
    let live: TestNodeRed | null = null;

    const start = async (label: string | null = null, settings = CONTEXT): Promise<TestNodeRed> => {
      const given = label === null ? {} : { flows: flows(label) };
      live = await TestNodeRed.start({ userDir: userDir(), nodeRed, settings, ...given });
      return live;
    };
    const stop = async (signal: 'SIGTERM' | 'SIGKILL' = 'SIGTERM'): Promise<void> => {
      await live?.stop(signal);
      live = null;
    };
    const restart = async (settings = CONTEXT): Promise<TestNodeRed> => {
      await stop();
      return start(null, settings);
    };
    afterEach(async function () {
      if (this.currentTest?.state === 'failed') console.log(live?.running.output());
      await stop();
    });

    const get = async (path: string): Promise<Response> => fetch(new URL(path, live?.running.url));
    const ask = async (query = ''): Promise<unknown> => (await get(`ask${query}`)).json();
    const credentialsOf = async (): Promise<unknown> => (await get('credentials/http-proxy/basic')).json();
    const userSettings = async (): Promise<unknown> => (await get('settings/user')).json();

    /** Sets the value of context; it is on the disk a while later. */
    async function count(value: number): Promise<void> {
      await ask(`?set=${String(value)}`);
      const file = join(userDir(), 'context', 'tab', 'flow.json');
      const kept = (): unknown =>
        existsSync(file) && (JSON.parse(readFileSync(file, 'utf8')) as { count?: number }).count;
      await untilSo(() => kept() === value, `the context file holds ${String(value)}`);
    }

    /** Deploys as the editor does: with the credentials that were changed. */
    async function deploy(nodes: readonly FlowNode[], credentials?: Record<string, unknown>): Promise<void> {
      const headers = { 'Node-RED-API-Version': 'v2', 'Node-RED-Deployment-Type': 'full' };
      const given = nodes.map((node) => (node.id === 'basic' && credentials ? { ...node, credentials } : node));
      const starts = (): number => (live?.running.output().match(/Started flows/g) ?? []).length;
      const before = starts();
      const answer = await live?.post('flows', { flows: given }, headers);
      assert.equal(answer?.status, 200);
      // The answer comes before the flows run.
      await untilSo(() => starts() > before, 'the flows run');
    }

    async function makeBackup(node: TestNodeRed): Promise<string> {
      await node.post('backup/create/create');
      const { payload } = await node.heard('made');
      return String(payload['backup_id']);
    }

    /** A Node-RED with everything that a restore must bring back, and a backup of it. */
    async function lived(): Promise<void> {
      const node = await start('old');
      await deploy(flows('old'), { username: 'old', password: 'old password' });
      await node.post('settings/user', { editor: { view: { mark: 'old' } } });
      await count(41);
      await makeBackup(node);
    }

    async function changed(): Promise<void> {
      await deploy(flows('new'), { username: 'new', password: '' });
      await live?.post('settings/user', { editor: { view: { mark: 'new' } } });
      await count(99);
    }

    async function assertState(label: string, count: number, where: string): Promise<void> {
      assert.deepEqual(await ask(), { label, count }, where);
      assert.deepEqual(await userSettings(), { editor: { view: { mark: label } } }, where);
      const { username, has_password: has } = (await credentialsOf()) as Record<string, unknown>;
      assert.deepEqual({ username, has }, { username: label, has: label === 'old' }, where);
    }

    it('at its next start brings back flows, credentials, users and context for good, and can be undone', async () => {
      await lived();
      await changed();
      await get('restore-now');
      const result = await live?.heard('result');
      assert.equal(result?.payload['state'], 'await_restart');
      assert.equal(result.payload['starts'], 1);
      await assertState('new', 99, 'before the restart');
      const first = await restart();
      await first.heard('events', ({ payload }) => payload['event_type'] === 'completed');
      await first.heard('result', ({ late }) => late === true);
      await assertState('old', 41, 'first start');
      await restart();
      await assertState('old', 41, 'second start');
      await restart();
      await deploy(flows('old'));
      await assertState('old', 41, 'after a deploy');
      await restart();
      await assertState('old', 41, 'after a deploy and a start');
      await get('undo-now');
      await live?.heard('undone');
      await restart();
      await assertState('new', 99, 'undone');
    });

    it('by the command line, with another secret, brings all back after the disk was lost', async () => {
      await lived();
      await stop();
      const backups = join(folder(), 'backups');
      mkdirSync(backups);
      for (const name of readdirSync(join(userDir(), 'backups'))) {
        writeFileSync(join(backups, name), readFileSync(join(userDir(), 'backups', name)));
      }
      rmSync(userDir(), { recursive: true });
      await start('fresh');
      const args = ['restore', '--at', backups, '--into', userDir(), '--state', join(folder(), 'state')];
      const refused = await runCli(...args);
      assert.equal(refused.code, 1);
      assert.match(refused.stderr, /busy/);
      await stop();
      const { code, stderr } = await runCli(...args);
      assert.equal(code, 0, stderr);
      for (let i = 0; i < 3; i++) {
        await start();
        await assertState('old', 41, `start ${i}`);
        if (i === 1) await deploy(flows('old'));
        await stop();
      }
    });

    it('is taken back when Node-RED dies twice before its flows have started', async () => {
      await lived();
      await changed();
      await get('restore-now');
      await live?.heard('result');
      await stop();
      const deadly = (): Promise<TestNodeRed> =>
        TestNodeRed.start({
          userDir: userDir(),
          nodeRed,
          settings: CONTEXT,
          env: { NODE_OPTIONS: `--require ${killer()}` },
        });
      for (let i = 0; i < 2; i++) await assert.rejects(deadly());
      const node = await start();
      const failed = await node.heard('events', ({ payload }) => payload['event_type'] === 'failed');
      assert.equal(failed.payload['failed_reason'], 'restore_rolled_back');
      await node.heard('caught');
      await assertState('new', 99, 'rolled back');
    });

    /** Ends the process once its plugins are loaded: what it waits for comes with the first node. */
    function killer(): string {
      const path = join(folder(), 'killer.cjs');
      const text = `const fs = require('node:fs');
        const look = () => {
          const kept = '${userDir()}/.nightkeep/restore';
          for (const name of fs.existsSync(kept) ? fs.readdirSync(kept) : []) {
            const journal = kept + '/' + name + '/journal.json';
            if (!fs.existsSync(journal)) continue;
            const { phase, owner } = JSON.parse(fs.readFileSync(journal, 'utf8'));
            if (phase === 'applied' && owner.split('-')[3] === String(process.pid)) process.kill(process.pid, 'SIGKILL');
          }
        };
        setInterval(look, 1);`;
      writeFileSync(path, text);
      return path;
    }

    it('is taken back when the flows turn out not to be readable', async () => {
      await lived();
      await changed();
      await get('restore-now');
      await live?.heard('result');
      await stop();
      const kept = join(userDir(), '.nightkeep', 'restore');
      const [name = ''] = readdirSync(kept);
      writeFileSync(join(kept, name, 'staged', 'node-red', 'flows.json'), '[{"id": "cut off');
      const node = await start();
      const failed = await node.heard('events', ({ payload }) => payload['event_type'] === 'failed');
      assert.equal(failed.payload['failed_reason'], 'restore_rolled_back');
      await assertState('new', 99, 'rolled back');
    });

    it('brings an active project back in two starts', async () => {
      const project = join(userDir(), 'projects', 'garden');
      put(project, {
        'package.json': JSON.stringify({
          name: 'garden',
          'node-red': { settings: { flowFile: 'flows.json', credentialsFile: 'flows_cred.json' } },
        }),
        'flows.json': JSON.stringify(flows('old')),
        'flows_cred.json': sealed({ basic: { username: 'old', password: 'old password' } }, 'of the project'),
      });
      const config = { projects: { garden: { credentialSecret: 'of the project' } }, activeProject: 'garden' };
      put(userDir(), { '.config.projects.json': JSON.stringify(config) });
      const node = await start(null, CONTEXT + PROJECTS);
      await node.post('settings/user', { editor: { view: { mark: 'old' } } });
      await count(41);
      await makeBackup(node);
      await stop();
      rmSync(project, { recursive: true });
      put(userDir(), { '.config.projects.json': '{"projects":{}}' });
      await start('new', CONTEXT + PROJECTS);
      await changed();
      await get('restore-now');
      assert.equal((await live?.heard('result'))?.payload['starts'], 2);
      const first = await restart(CONTEXT + PROJECTS);
      assert.match(first.running.output(), /once more/);
      await stop();
      await start(null, CONTEXT + PROJECTS);
      await assertState('old', 41, 'second start');
      await restart(CONTEXT + PROJECTS);
      await deploy(flows('old'));
      await assertState('old', 41, 'after a deploy');
      await restart(CONTEXT + PROJECTS);
      await assertState('old', 41, 'third start');
    });
  });
}

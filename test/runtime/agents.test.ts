import assert from 'node:assert/strict';
import { cpSync, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import {
  createNode,
  tab,
  teller,
  TestNodeRed,
  VERSIONS,
  type FlowNode,
  type ToldMessage,
} from '../helpers/node-red.ts';
import { SshServer } from '../helpers/ssh-server.ts';
import { tempFolder } from '../helpers/temp-folder.ts';

const root = join(import.meta.dirname, '..', '..');
const FIXTURE = join(root, 'test', 'fixtures', 'node-red-contrib-memory-agent');
const OURS = '@nightkeep/node-red-backup';

const at = (x: number, y: number) => ({ z: 'tab', x, y });
const create = createNode({ wires: [['agent', 'made'], []], nodeRed: true });
const agent: FlowNode = {
  id: 'agent',
  type: 'memory-agent',
  name: 'drawer',
  wires: [['copied'], ['told']],
  ...at(300, 100),
};
const inject = (id: string, to: string): FlowNode => ({ id, type: 'inject', props: [], wires: [[to]], ...at(50, 100) });
const status: FlowNode = { id: 'status', type: 'backup-status', onChange: false, wires: [['state']], ...at(300, 300) };
const flowOf = (...nodes: readonly FlowNode[]): FlowNode[] => [
  tab,
  ...nodes,
  inject('run', 'create'),
  inject('ask', 'status'),
  status,
  ...['made', 'copied', 'told', 'state'].map((tag) => teller(tag, tag)),
];

for (const [version, nodeRed] of Object.entries(VERSIONS)) {
  describe(`agents in a real ${version}`, function () {
    this.timeout(120_000);
    const folder = tempFolder();
    let red: TestNodeRed | null = null;

    afterEach(async () => {
      await red?.stop('SIGKILL');
      red = null;
    });

    const userDir = (): string => join(folder(), 'user');
    const start = async (flows: readonly FlowNode[]): Promise<TestNodeRed> => {
      red = await TestNodeRed.start({ userDir: userDir(), flows, nodeRed });
      return red;
    };
    /** The example of docs/write-an-agent.md under a name that decides when it is loaded. */
    const install = (name: string): void => {
      const place = join(userDir(), 'node_modules', name);
      cpSync(FIXTURE, place, { recursive: true });
      const manifest = JSON.parse(readFileSync(join(place, 'package.json'), 'utf8')) as object;
      writeFileSync(join(place, 'package.json'), JSON.stringify({ ...manifest, name }));
    };
    const loadOrder = async (node: TestNodeRed): Promise<string[]> => {
      const answer = await fetch(new URL('nodes', node.running.url), { headers: { accept: 'application/json' } });
      return [...new Set(((await answer.json()) as { module: string }[]).map(({ module }) => module))];
    };
    const asking = async (
      node: TestNodeRed,
      fits: (state: ToldMessage['msg']) => boolean,
    ): Promise<ToldMessage['msg']> => {
      for (let tries = 0; tries < 100; tries++) {
        await node.post('inject/ask');
        await new Promise((resolve) => setTimeout(resolve, 100));
        const found = node.told('state').find(fits);
        if (found !== undefined) return found;
      }
      throw new Error(`backup-status does not answer as it should:\n${node.running.output()}`);
    };
    const locationsOf = (state: { payload: Record<string, unknown> }): string[] =>
      (state.payload['backups'] as { agents: object }[]).flatMap(({ agents }) => Object.keys(agents));

    for (const [when, name] of [
      ['before', '@a-first/node-red-memory-agent'],
      ['after', 'node-red-contrib-memory-agent'],
    ] as const)
      it(`runs the agent of a package that is loaded ${when} this one, until its node is removed`, async () => {
        install(name);
        const node = await start(flowOf(create, agent));
        const order = await loadOrder(node);
        assert.equal(order.indexOf(name) < order.indexOf(OURS), when === 'before', order.join());
        await node.post('inject/run');
        const copied = await node.heard('copied');
        assert.equal(copied['agent_id'], 'memory-agent:agent');
        assert.equal('filename' in copied, false);
        await node.heard('told', ({ payload }) => payload['event_type'] === 'completed');
        await node.post('inject/ask');
        const before = await node.heard('state');
        assert.deepEqual(locationsOf(before).toSorted(), ['local', 'memory-agent:agent']);
        await node.deploy(flowOf({ ...create, wires: [['made'], []] }));
        // A message that comes while flows start is lost, and the node lets go when the deploy is over.
        const after = await asking(node, (state) => !locationsOf(state).includes('memory-agent:agent'));
        assert.deepEqual(locationsOf(after), ['local']);
        assert.deepEqual(after.payload['agent_errors'], {});
      });

    it('runs the example of copies on another machine', async () => {
      const server = await SshServer.start();
      try {
        const remote = join(folder(), 'remote');
        const { host, port, username } = server.settings(remote);
        const mine = { host, port: String(port), username, keyFile: server.userKey, hostKey: server.fingerprint };
        const node = await start(
          exampleOf('02 - Copies on another machine.json', { ...mine, sendUnencrypted: true, folder: remote }),
        );
        await node.post('inject/nk02inject000001');
        await until(() => isStored(remote), node);
      } finally {
        await server.stop();
      }
    });

    it('runs the example of a USB disk', async () => {
      const disk = join(folder(), 'disk', '{{instance_name}}');
      const node = await start(exampleOf('03 - USB disk.json', { folder: disk, mounted: false }));
      await node.post('inject/nk03inject000001');
      await until(() => isStored(join(folder(), 'disk', hostname())), node);
    });
  });
}

/** With the settings of its agent replaced. */
function exampleOf(file: string, changes: object): FlowNode[] {
  const nodes = JSON.parse(readFileSync(join(root, 'examples', file), 'utf8')) as FlowNode[];
  return nodes.map((node) => (node.type.startsWith('agent-') ? { ...node, ...changes } : node));
}

function isStored(folder: string): boolean {
  return existsSync(folder) && readdirSync(folder).some((name) => /^\d{8}T\d{6}Z-[0-9a-f]{8}\.json$/.test(name));
}

async function until(isSo: () => boolean, node: TestNodeRed): Promise<void> {
  const deadline = performance.now() + 30_000;
  while (!isSo() && performance.now() < deadline) await new Promise((resolve) => setTimeout(resolve, 20));
  assert.ok(isSo(), node.running.output());
}

import assert from 'node:assert/strict';
import { existsSync, readdirSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { exampleFlows, onDisk } from '../helpers/examples.ts';
import { installFixture, isLoadedFirst } from '../helpers/installed-fixture.ts';
import {
  createNode,
  tab,
  teller,
  VERSIONS,
  type FlowNode,
  type TestNodeRed,
  type ToldMessage,
} from '../helpers/node-red.ts';
import { oneNodeRed } from '../helpers/one-node-red.ts';
import { untilSo } from '../helpers/pass-time.ts';
import { SshServer } from '../helpers/ssh-server.ts';

/** The example of docs/write-an-agent.md. */
const AGENT_PACKAGE = 'node-red-contrib-memory-agent';

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
    const { folder, userDir, start } = oneNodeRed(nodeRed);
    const asking = async (
      node: TestNodeRed,
      fits: (state: ToldMessage['msg']) => boolean,
    ): Promise<ToldMessage['msg']> => {
      for (let tries = 0; tries < 1200; tries++) {
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
      ['after', AGENT_PACKAGE],
    ] as const)
      it(`runs the agent of a package that is loaded ${when} this one, until its node is removed`, async () => {
        installFixture(userDir(), AGENT_PACKAGE, name);
        const node = await start(flowOf(create, agent));
        assert.equal(await isLoadedFirst(node, 'nodes', name), when === 'before');
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
        const changes = { ...mine, sendUnencrypted: true, folder: remote };
        const flows = exampleFlows('02 - Copies on another machine.json', (node) =>
          node.type === 'agent-sftp' ? { ...node, ...changes } : node,
        );
        const node = await start(flows);
        await node.post('inject/nk02inject000001');
        await untilSo(() => isStored(remote), 'a copy on the server');
      } finally {
        await server.stop();
      }
    });

    it('runs the example of a USB disk', async () => {
      const node = await start(exampleFlows('03 - USB disk.json', onDisk(folder())));
      await node.post('inject/nk03inject000001');
      await untilSo(() => isStored(join(folder(), 'disk', hostname())), 'a copy on the disk');
    });
  });
}

function isStored(folder: string): boolean {
  return existsSync(folder) && readdirSync(folder).some((name) => /^\d{8}T\d{6}Z-[0-9a-f]{8}\.json$/.test(name));
}

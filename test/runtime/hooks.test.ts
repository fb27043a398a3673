import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { exampleFlows, SAID } from '../helpers/examples.ts';
import { continueNode, hookNode } from '../helpers/hook-nodes.ts';
import { installFixture, isLoadedFirst } from '../helpers/installed-fixture.ts';
import { createNode, tab, teller, VERSIONS, type FlowNode, type TestNodeRed } from '../helpers/node-red.ts';
import { oneNodeRed } from '../helpers/one-node-red.ts';
import { untilSo } from '../helpers/pass-time.ts';

/** The example of docs/write-a-hook.md. */
const HOOK_PACKAGE = 'node-red-contrib-pause-hook';
const EXAMPLE = '10 - Dump a database first.json';

const inject: FlowNode = { id: 'run', type: 'inject', z: 'tab', props: [], x: 50, y: 100, wires: [['create']] };
const flowOf = (...nodes: readonly FlowNode[]): FlowNode[] => [
  tab,
  inject,
  createNode({ wires: [['made'], ['told']] }),
  ...nodes,
  ...['made', 'told', 'asked'].map((tag) => teller(tag, tag)),
];

for (const [version, nodeRed] of Object.entries(VERSIONS)) {
  describe(`hooks in a real ${version}`, function () {
    const { folder, userDir, start } = oneNodeRed(nodeRed);

    const run = async (node: TestNodeRed, id = 'run'): Promise<void> => {
      assert.equal((await node.post(`inject/${id}`)).status, 200);
    };
    const paused = (): string => {
      const file = join(userDir(), 'paused.log');
      return existsSync(file) ? readFileSync(file, 'utf8') : '';
    };

    for (const [when, name] of [
      ['before', '@a-first/node-red-pause-hook'],
      ['after', HOOK_PACKAGE],
    ] as const)
      it(`runs the hooks of a package that is loaded ${when} this one`, async () => {
        installFixture(userDir(), HOOK_PACKAGE, name);
        const node = await start(flowOf());
        assert.equal(await isLoadedFirst(node, 'plugins', name), when === 'before');
        await run(node);
        await node.heard('made');
        assert.equal(paused(), 'before nightly\nafter nightly completed\n');
      });

    it('resumes at the next start what was stopped for a backup that a kill cut off', async () => {
      installFixture(userDir(), HOOK_PACKAGE);
      const flows = flowOf(hookNode(), hookNode({ id: 'after', when: 'after', onFailure: 'go_on' }), continueNode());
      const node = await start(flows);
      await run(node);
      const asked = await node.heard('asked');
      assert.equal(asked.payload['when'], 'before');
      await node.stop('SIGKILL');
      const later = await start(flows);
      const resumed = await later.heard('asked');
      assert.deepEqual([resumed.payload['when'], resumed.payload['job_id']], ['after', asked.payload['job_id']]);
      assert.equal((resumed.payload['outcome'] as { result?: string }).result, 'interrupted');
      await later.heard('told', ({ payload }) => payload['failed_reason'] === 'interrupted');
      assert.equal(paused(), 'before nightly\nafter nightly interrupted\n');
    });

    describe('the example that dumps a database first', () => {
      const dump = (): string => join(folder(), 'dump');
      const example = (changes: Record<string, Record<string, unknown>> = {}): FlowNode[] => {
        const text = JSON.stringify(exampleFlows(EXAMPLE, (node) => ({ ...node, ...changes[node.id] })));
        return JSON.parse(text.replaceAll('/tmp/nightkeep-dump', dump())) as FlowNode[];
      };

      it('has the dump in the backup, and removes it', async () => {
        const node = await start(example());
        await run(node, 'nk10inject000001');
        const { filename } = await node.heard(SAID);
        await untilSo(() => !existsSync(dump()), 'the dump is removed');
        const names = execFileSync('sh', ['-c', `zstd -dc '${String(filename)}' | tar -tf -`], { encoding: 'utf8' });
        assert.match(names, /^dump\/database\.sql$/m);
      });

      it('makes no backup when the dump fails', async () => {
        const caught: FlowNode = {
          id: 'catch',
          type: 'catch',
          z: 'nk10tab000000001',
          scope: null,
          x: 1,
          y: 1,
          wires: [['say']],
        };
        const say = { ...teller('say', 'caught'), z: 'nk10tab000000001' };
        const node = await start([...example({ nk10execdump0001: { command: 'false' } }), caught, say]);
        await run(node, 'nk10inject000001');
        const { error } = await node.heard('caught');
        assert.equal((error as { code?: string }).code, 'hook_failed');
        const backups = join(userDir(), 'backups');
        assert.deepEqual(existsSync(backups) ? readdirSync(backups).filter((name) => name.endsWith('.zst')) : [], []);
      });
    });
  });
}

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { continueNode, hookNode } from '../helpers/hook-nodes.ts';
import { createNode, tab, teller, TestNodeRed, VERSIONS, type FlowNode } from '../helpers/node-red.ts';
import { tempFolder } from '../helpers/temp-folder.ts';

const root = join(import.meta.dirname, '..', '..');
const FIXTURE = join(root, 'test', 'fixtures', 'node-red-contrib-pause-hook');
const OURS = '@nightkeep/node-red-backup';
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
    this.timeout(180_000);
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
    const run = async (node: TestNodeRed, id = 'run'): Promise<void> => {
      assert.equal((await node.post(`inject/${id}`)).status, 200);
    };
    /** The example of docs/write-a-hook.md under a name that decides when it is loaded. */
    const install = (name: string): void => {
      const place = join(userDir(), 'node_modules', name);
      cpSync(FIXTURE, place, { recursive: true });
      const manifest = JSON.parse(readFileSync(join(place, 'package.json'), 'utf8')) as object;
      writeFileSync(join(place, 'package.json'), JSON.stringify({ ...manifest, name }));
    };
    const paused = (): string => {
      const file = join(userDir(), 'paused.log');
      return existsSync(file) ? readFileSync(file, 'utf8') : '';
    };
    const until = async (isSo: () => boolean): Promise<void> => {
      const deadline = performance.now() + 30_000;
      while (!isSo() && performance.now() < deadline) await new Promise((resolve) => setTimeout(resolve, 20));
      assert.ok(isSo(), red?.running.output());
    };
    const pluginOrder = async (node: TestNodeRed): Promise<string[]> => {
      const answer = await fetch(new URL('plugins', node.running.url), { headers: { accept: 'application/json' } });
      return [...new Set(((await answer.json()) as { module: string }[]).map(({ module }) => module))];
    };

    for (const [when, name] of [
      ['before', '@a-first/node-red-pause-hook'],
      ['after', 'node-red-contrib-pause-hook'],
    ] as const)
      it(`runs the hooks of a package that is loaded ${when} this one`, async () => {
        install(name);
        const node = await start(flowOf());
        const order = await pluginOrder(node);
        assert.equal(order.indexOf(name) < order.indexOf(OURS), when === 'before', order.join());
        await run(node);
        await node.heard('made');
        assert.equal(paused(), 'before nightly\nafter nightly completed\n');
      });

    it('resumes at the next start what was stopped for a backup that a kill cut off', async () => {
      install('node-red-contrib-pause-hook');
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
        const text = readFileSync(join(root, 'examples', EXAMPLE), 'utf8').replaceAll('/tmp/nightkeep-dump', dump());
        return (JSON.parse(text) as FlowNode[]).map((node) => {
          if (node.type === 'debug')
            return { ...node, type: 'function', func: `global.get('tell')('made', msg);`, outputs: 0 };
          return { ...node, ...changes[node.id] };
        });
      };

      it('has the dump in the backup, and removes it', async () => {
        const node = await start(example());
        await run(node, 'nk10inject000001');
        const { filename } = await node.heard('made');
        await until(() => !existsSync(dump()));
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

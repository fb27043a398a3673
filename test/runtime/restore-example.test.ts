import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { TestNodeRed, VERSIONS, type FlowNode } from '../helpers/node-red.ts';
import { tempFolder } from '../helpers/temp-folder.ts';

const EXAMPLE = join(import.meta.dirname, '..', '..', 'examples', '06 - Restore.json');

for (const [version, nodeRed] of Object.entries(VERSIONS)) {
  describe(`the example of a restore in a real ${version}`, function () {
    this.timeout(120_000);
    const folder = tempFolder();
    let red: TestNodeRed | null = null;

    afterEach(async () => {
      await red?.stop('SIGKILL');
      red = null;
    });

    it('makes a backup, restores it to a folder, and lays it ready for the next start', async () => {
      const nodes = JSON.parse(readFileSync(EXAMPLE, 'utf8')) as FlowNode[];
      const flows = nodes.flatMap((node): FlowNode[] => {
        const tell = (tag: string): string => `global.get('tell')('${tag}', msg);`;
        if (node.type === 'debug') return [{ ...node, type: 'function', func: tell('said'), outputs: 0 }];
        if (node.type !== 'backup-create') return [node];
        const made = {
          id: 'made',
          type: 'function',
          z: node['z'],
          func: tell('made'),
          outputs: 0,
          x: 1,
          y: 1,
          wires: [],
        };
        return [{ ...node, wires: [['made'], []] }, made];
      });
      red = await TestNodeRed.start({ userDir: folder(), flows, nodeRed });
      const press = async (id: string): Promise<void> => {
        assert.equal((await red?.post(`inject/${id}`))?.status, 200);
      };
      await press('nk06inject000001');
      await red.heard('made');
      await press('nk06inject000002');
      await red.heard('said', ({ payload }) => payload['target'] === join(folder(), 'restored'));
      assert.ok(existsSync(join(folder(), 'restored', 'node-red', 'flows.json')));
      await press('nk06inject000003');
      await red.heard('said', ({ payload }) => payload['state'] === 'await_restart');
      const kept = join(folder(), '.nightkeep', 'restore');
      assert.equal(readdirSync(kept).length, 1);
      await press('nk06inject000004');
      while (readdirSync(kept).length > 0) await new Promise((resolve) => setTimeout(resolve, 20));
    });
  });
}

import assert from 'node:assert/strict';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { exampleFlows, SAID } from '../helpers/examples.ts';
import { teller, VERSIONS } from '../helpers/node-red.ts';
import { oneNodeRed } from '../helpers/one-node-red.ts';
import { untilSo } from '../helpers/pass-time.ts';

for (const [version, nodeRed] of Object.entries(VERSIONS)) {
  describe(`the example of a restore in a real ${version}`, function () {
    const { userDir, start } = oneNodeRed(nodeRed);

    it('makes a backup, restores it to a folder, and lays it ready for the next start', async () => {
      const example = exampleFlows('06 - Restore.json', (node) =>
        node.type === 'backup-create' ? { ...node, wires: [['made'], []] } : node,
      );
      const made = { ...teller('made', 'made'), z: example.find(({ type }) => type === 'tab')?.id };
      const node = await start([...example, made]);
      const press = async (id: string): Promise<void> => {
        assert.equal((await node.post(`inject/${id}`)).status, 200);
      };
      await press('nk06inject000001');
      await node.heard('made');
      await press('nk06inject000002');
      const target = join(userDir(), 'restored');
      await node.heard(SAID, ({ payload }) => payload['target'] === target);
      assert.ok(existsSync(join(target, 'node-red', 'flows.json')));
      await press('nk06inject000003');
      await node.heard(SAID, ({ payload }) => payload['state'] === 'await_restart');
      const kept = join(userDir(), '.nightkeep', 'restore');
      assert.equal(readdirSync(kept).length, 1);
      await press('nk06inject000004');
      await untilSo(() => readdirSync(kept).length === 0, 'nothing lies ready');
    });
  });
}

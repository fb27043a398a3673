import assert from 'node:assert/strict';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { TestNodeRed, VERSIONS, type FlowNode } from '../helpers/node-red.ts';
import { tempFolder } from '../helpers/temp-folder.ts';

const EXAMPLE = join(import.meta.dirname, '..', '..', 'examples', '05 - Weekly proof.json');

for (const [version, nodeRed] of Object.entries(VERSIONS)) {
  describe(`the example of a weekly proof in a real ${version}`, function () {
    this.timeout(120_000);
    const folder = tempFolder();
    let red: TestNodeRed | null = null;

    afterEach(async () => {
      await red?.stop('SIGKILL');
      red = null;
    });

    /** Its disk is a folder of the test, and its debug nodes tell what they get. */
    async function start(): Promise<TestNodeRed> {
      const nodes = JSON.parse(readFileSync(EXAMPLE, 'utf8')) as FlowNode[];
      const flows = nodes.map((node): FlowNode => {
        if (node.type === 'agent-local')
          return { ...node, folder: join(folder(), 'disk', '{{instance_name}}'), mounted: false };
        if (node.type !== 'debug') return node;
        const name = node.id === 'nk05debug0000001' ? 'proved' : 'phone';
        return { ...node, type: 'function', func: `global.get('tell')('${name}', msg);`, outputs: 0 };
      });
      red = await TestNodeRed.start({ userDir: join(folder(), 'user'), flows, nodeRed });
      return red;
    }

    it('proves each copy, restores the newest for a try, and says when it is damaged', async () => {
      const node = await start();
      await node.post('inject/nk05inject000001');
      const made = await node.heard('proved', ({ payload }) => payload['drill'] === false);
      assert.equal(made.payload['ok'], true);
      await node.post('inject/nk05inject000002');
      const tried = await node.heard('proved', ({ payload }) => payload['drill'] === true);
      const [copy] = tried.payload['copies'] as { ok: boolean; credentials: string }[];
      assert.equal(copy?.ok, true);
      assert.ok(['decrypted', 'plain', 'none'].includes(copy.credentials), copy.credentials);

      const disk = join(folder(), 'disk', hostname());
      const archive = join(disk, readdirSync(disk).find((name) => name.includes('.tar')) ?? '');
      const bytes = readFileSync(archive);
      bytes.writeUInt8(bytes.readUInt8(100) ^ 1, 100);
      writeFileSync(archive, bytes);
      await node.post('inject/nk05inject000002');
      const caught = await node.heard('phone', () => true);
      assert.equal(caught.payload['ok'], false);
      assert.ok((caught.payload['problems'] as object[]).length > 0);
    });
  });
}

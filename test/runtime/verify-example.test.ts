import assert from 'node:assert/strict';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { exampleFlows, onDisk } from '../helpers/examples.ts';
import { VERSIONS } from '../helpers/node-red.ts';
import { oneNodeRed } from '../helpers/one-node-red.ts';

for (const [version, nodeRed] of Object.entries(VERSIONS)) {
  describe(`the example of a weekly proof in a real ${version}`, function () {
    const { folder, start } = oneNodeRed(nodeRed);

    it('proves each copy, restores the newest for a try, and says when it is damaged', async () => {
      const tags = { nk05debug0000001: 'proved', nk05debug0000002: 'phone' };
      const node = await start(exampleFlows('05 - Weekly proof.json', onDisk(folder()), tags));
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

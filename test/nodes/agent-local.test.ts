import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import type { BackupRecord } from '../../src/index.ts';
import { heardFlow, smallCreate } from '../helpers/backup-nodes.ts';
import { nodeHost, userDir } from '../helpers/node-host.ts';
import type { FlowNode } from '../helpers/node-red.ts';
import { tempFolder } from '../helpers/temp-folder.ts';

describe('agent-local', function () {
  const host = nodeHost();
  const folder = tempFolder();

  const agent = (changes: Record<string, unknown> = {}): FlowNode => ({
    id: 'agent',
    type: 'agent-local',
    z: 'tab',
    folder: join(folder(), 'copies', '{{instance_name}}'),
    mounted: false,
    x: 300,
    y: 100,
    wires: [['copied'], ['told']],
    ...changes,
  });
  const codeOf = (message: Record<string, unknown>): string => (message['error'] as { code: string }).code;
  const load = (changes: Record<string, unknown> = {}): Promise<void> =>
    host.load(heardFlow(smallCreate(folder(), { wires: [['agent', 'made'], []] }), agent(changes)));

  it('copies to a folder named after this machine, and says where the copy is', async () => {
    await load();
    host.send('create', {});
    const made = await host.hear('made');
    const copied = await host.hear('copied');
    const { file } = copied['backup'] as BackupRecord;
    const path = join(folder(), 'copies', hostname(), file);
    assert.equal(copied['filename'], path);
    assert.deepEqual(readFileSync(path), readFileSync(String(made['filename'])));
    assert.equal(copied['agent_id'], `local:${join(folder(), 'copies', hostname())}`);
  });

  it('takes a relative folder from the user directory', async () => {
    await load({ folder: 'copies-of-mine' });
    host.send('create', {});
    const copied = await host.hear('copied');
    assert.ok(String(copied['filename']).startsWith(join(userDir, 'copies-of-mine')));
  });

  it('refuses to fill the folder of a disk that is not mounted', async () => {
    await load({ folder: join(userDir, 'disk'), mounted: true, retryHours: '0' });
    host.send('create', {});
    assert.equal(codeOf(await host.hear('caught')), 'location_not_mounted');
    assert.equal(existsSync(join(userDir, 'disk')), false);
    assert.deepEqual(host.statuses('agent').at(-1), { fill: 'red', shape: 'ring', text: 'location_not_mounted' });
  });

  for (const [what, wrong] of [
    ['no folder', ''],
    ['a folder that uses what is not there', '/media/{{disk}}'],
  ] as const)
    it(`says at deploy that it has ${what}`, async () => {
      await load({ folder: wrong });
      await host.shows('agent', 'red', 0);
      assert.match(String(host.said('agent', 'error')[0]?.message), /^folder: /);
      host.send('agent', {});
      assert.equal(codeOf(await host.hear('caught')), 'invalid_request');
    });
});

import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { exampleFlows, SAID } from '../helpers/examples.ts';
import { createNode, EVERY_NODE, tab, teller, VERSIONS } from '../helpers/node-red.ts';
import { oneNodeRed } from '../helpers/one-node-red.ts';
import { untilSo } from '../helpers/pass-time.ts';

for (const [version, nodeRed] of Object.entries(VERSIONS)) {
  describe(`being told in a real ${version}`, function () {
    const { folder, start } = oneNodeRed(nodeRed);
    let phone: Server;
    let arrived: { readonly url: string; readonly title: string; readonly text: string }[];

    beforeEach(async () => {
      arrived = [];
      phone = createServer((request, response) => {
        let text = '';
        request.on('data', (part: Buffer) => (text += part.toString()));
        request.on('end', () => {
          arrived.push({ url: request.url ?? '', title: String(request.headers['title']), text });
          response.end('ok');
        });
      });
      await new Promise<void>((resolve) => phone.listen(0, '127.0.0.1', resolve));
    });
    afterEach(async () => {
      phone.closeAllConnections();
      await new Promise((resolve) => phone.close(resolve));
    });

    const address = (): string => `http://127.0.0.1:${String((phone.address() as AddressInfo).port)}`;

    it('“Tell me when it fails” reaches ntfy and a webhook with the reason', async () => {
      const flows = exampleFlows('09 - Tell me when it fails.json', (node) => {
        if (node.type === 'http request') return { ...node, d: false, url: `${address()}/${String(node['name'])}` };
        if (node.type !== 'backup-create') return node;
        return { ...node, nodeRed: false, sources: [{ label: 'gone', path: '/not/there', exclude: '' }] };
      });
      const node = await start(flows, { settings: EVERY_NODE });
      assert.equal((await node.post('backup/create/nk09create000001')).status, 202);
      await untilSo(() => arrived.length === 2, `two messages, not ${JSON.stringify(arrived)}`);
      const ntfy = arrived.find(({ url }) => url === '/ntfy');
      assert.equal(ntfy?.title, 'Node-RED backup');
      assert.match(ntfy.text, /^Manual backup failed due to source_not_found \(.*\/not\/there/);
      const hook = JSON.parse(arrived.find(({ url }) => url === '/webhook')?.text ?? '{}') as Record<string, unknown>;
      assert.deepEqual(hook, { text: ntfy.text, event: 'failed' });
    });

    it('“After each deploy” makes a backup that is named after what changed', async () => {
      const quick = exampleFlows('11 - After each deploy.json', (node) =>
        node.type === 'backup-create' ? { ...node, deployDelay: '0.3' } : node,
      );
      const node = await start(quick);
      await node.deploy([...quick, { id: 'garden', type: 'tab', label: 'Garden' }]);
      const { payload } = await node.heard(SAID);
      assert.match(String(payload['name']), /^\d{4}-\d\d-\d\d \d\d:\d\d Garden$/);
    });

    it('neither delays nor fails a backup when the flow behind backup-event fails or never ends', async () => {
      const data = join(folder(), 'data');
      mkdirSync(data);
      writeFileSync(join(data, 'a.txt'), 'hello');
      const at = { z: 'tab', x: 50, y: 100 };
      const every = { stages: true, progress: true, completed: true, failed: true, template: '{{#open}}' };
      const node = await start([
        tab,
        createNode({ nodeRed: false, sources: [{ label: 'data', path: data, exclude: '' }], wires: [['result'], []] }),
        { id: 'run', type: 'inject', props: [], wires: [['create']], ...at },
        {
          id: 'event',
          type: 'backup-event',
          scope: null,
          wires: [['throws', 'hangs', 'busy', 'spoils', 'told']],
          ...every,
          ...at,
        },
        { id: 'throws', type: 'function', func: 'throw new Error("no");', outputs: 1, wires: [[]], ...at },
        {
          id: 'hangs',
          type: 'function',
          func: 'await new Promise(() => {}); return msg;',
          outputs: 1,
          wires: [[]],
          ...at,
        },
        {
          id: 'busy',
          type: 'function',
          func: 'const until = Date.now() + 200; while (Date.now() < until);',
          outputs: 1,
          wires: [[]],
          ...at,
        },
        {
          id: 'spoils',
          type: 'function',
          func: 'msg.payload.backup_stage = null; delete msg.payload.job_id;',
          outputs: 1,
          wires: [[]],
          ...at,
        },
        teller('result', 'result'),
        teller('told', 'told'),
      ]);
      await node.post('inject/run');
      const { payload } = await node.heard('result');
      assert.equal(payload['files'], 1);
      const told = await node.heard('told', (message) => message.payload['event_type'] === 'completed');
      assert.match(
        String(told.payload['message']),
        /^Automatic backup completed/,
        'a template that cannot be read counts as empty',
      );
    });
  });
}

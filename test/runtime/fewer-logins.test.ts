import assert from 'node:assert/strict';
import { join } from 'node:path';
import { createNode, tab, teller, TestNodeRed, type FlowNode } from '../helpers/node-red.ts';
import { restoreNode } from '../helpers/restore-node.ts';
import { tempFolder } from '../helpers/temp-folder.ts';

const FLOWS: readonly FlowNode[] = [
  tab,
  createNode({ wires: [['made'], []] }),
  restoreNode('restore', { mode: 'node-red', wires: [['result'], []] }),
  { id: 'catch', type: 'catch', z: 'tab', scope: null, x: 1, y: 1, wires: [['caught']] },
  { id: 'now', type: 'http in', z: 'tab', method: 'get', url: '/now', x: 1, y: 1, wires: [['reply', 'clean']] },
  {
    id: 'clean',
    type: 'function',
    z: 'tab',
    func: 'return { payload: 1 };',
    outputs: 1,
    x: 1,
    y: 1,
    wires: [['restore']],
  },
  { id: 'reply', type: 'http response', z: 'tab', x: 1, y: 1, wires: [] },
  ...['made', 'result', 'caught'].map((id) => teller(id, id)),
];

describe('a restore into a Node-RED that is more open than the one of the backup', function () {
  const folder = tempFolder();
  let live: TestNodeRed | null = null;

  async function restart(settings: string, flows?: readonly FlowNode[]): Promise<TestNodeRed> {
    await live?.stop();
    const given = flows === undefined ? {} : { flows };
    live = await TestNodeRed.start({ userDir: join(folder(), 'data'), settings, ...given });
    return live;
  }
  afterEach(async function () {
    if (this.currentTest?.state === 'failed') console.log(live?.running.output());
    await live?.stop();
  });

  it('is done only when that is confirmed, and says so afterwards', async () => {
    const closed = await restart("httpNodeRoot: '/hidden',", FLOWS);
    await closed.post('backup/create/create');
    const { payload, agent_id } = await closed.heard('made');
    const open = await restart('');
    const get = (path: string): Promise<Response> => fetch(new URL(path, open.running.url));
    const restoring = async (): Promise<unknown> => {
      const { restore } = (await (await get('backup/info')).json()) as { restore: { state: unknown } | null };
      return restore?.state;
    };
    await get('now');
    const caught = await open.heard('caught');
    const { code, message } = caught['error'] as { code: string; message: string };
    assert.deepEqual([code, await restoring()], ['invalid_request', undefined]);
    assert.match(message, /had httpNodeRoot in its settings/);
    const body = { into: 'node-red', agent_id, confirm: true, fewer_logins: true };
    assert.equal((await open.post(`backup/backups/${String(payload['backup_id'])}/restore`, body)).ok, true);
    const deadline = performance.now() + 60_000;
    while ((await restoring()) !== 'await_restart') {
      assert.ok(performance.now() < deadline, 'the restore waits');
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    const again = await restart('');
    assert.match(
      again.running.output(),
      /\[error\] \[backup\] The Node-RED of the backup had httpNodeRoot in its settings/,
    );
    assert.match(again.running.output(), /Node-RED will load \S+\/flows\.json with 10 nodes; .*logins: none/);
  });
});

import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { nodeHost } from '../helpers/node-host.ts';
import { createNode, tab, type FlowNode } from '../helpers/node-red.ts';
import { tempFolder } from '../helpers/temp-folder.ts';

const listener = (id: string): FlowNode => ({ id, type: 'helper', z: 'tab', x: 1, y: 1, wires: [] });

describe('backup-event', function () {
  const host = nodeHost();
  const folder = tempFolder();

  const small = (id: string, changes: Record<string, unknown> = {}): FlowNode => {
    const path = join(folder(), 'data');
    mkdirSync(path, { recursive: true });
    writeFileSync(join(path, 'a.txt'), 'hello');
    return createNode({
      id,
      name: id,
      nodeRed: false,
      sources: [{ label: 'data', path, exclude: '' }],
      folder: join(folder(), 'backups'),
      wires: [[], []],
      ...changes,
    });
  };
  const eventNode = (changes: Record<string, unknown>): FlowNode => ({
    id: 'event',
    type: 'backup-event',
    z: 'tab',
    x: 1,
    y: 1,
    wires: [['told']],
    ...changes,
  });
  const terminal = ({ payload }: { payload: Record<string, unknown> }): boolean =>
    payload['event_type'] !== 'in_progress';
  const types = (id: string): unknown[] => host.heard(id).map(({ payload }) => payload['event_type']);

  it('tells stages and results of every node unless set, with topic and text', async () => {
    await host.load([tab, small('one'), small('two'), eventNode({}), listener('told')]);
    host.send('one', {});
    host.send('two', { manual: true });
    for (const name of ['one', 'two'])
      await host.hear('told', (message) => terminal(message) && message.payload['plan_name'] === name);
    const last = host.heard('told').at(-1);
    assert.equal(last?.topic, 'backup/create_backup/completed');
    assert.match(String(last.payload['message']), /^Manual backup completed: Custom backup, 1 files, /);
    assert.ok(types('told').includes('in_progress'));
    const stages = host
      .heard('told')
      .map(({ payload }) => ['job_id', 'event_type', 'backup_stage'].map((key) => String(payload[key])).join(' '));
    assert.equal(new Set(stages).size, stages.length, 'a stage is told once');
  });

  it('tells only what is ticked', async () => {
    const gone = { sources: [{ label: 'gone', path: '/not/there', exclude: '' }] };
    await host.load([
      tab,
      small('good'),
      small('bad', gone),
      eventNode({ stages: false, completed: false }),
      eventNode({ id: 'all', stages: false, failed: false, wires: [['completed']] }),
      listener('told'),
      listener('completed'),
    ]);
    host.send('bad', {});
    await host.hear('told');
    host.send('good', {});
    await host.hear('completed');
    assert.deepEqual(types('told'), ['failed']);
    assert.deepEqual(types('completed'), ['completed']);
  });

  it('tells only of chosen nodes', async () => {
    await host.load([tab, small('one'), small('two'), eventNode({ scope: ['two'] }), listener('told')]);
    host.send('one', {});
    host.send('two', {});
    await host.hear('told', terminal);
    assert.deepEqual(new Set(host.heard('told').map(({ payload }) => payload['node_id'])), new Set(['two']));
  });

  for (const scope of [['inner'], ['inner', 'other']]) {
    it(`means the nodes of its own instance in a subflow, when ${String(scope.length)} is chosen`, async () => {
      const inSubflow = (node: FlowNode): FlowNode => ({ ...node, z: 'sub' });
      const instance = (id: string, told: string): FlowNode => ({
        id,
        type: 'subflow:sub',
        z: 'tab',
        x: 1,
        y: 1,
        wires: [[told]],
      });
      const definition: FlowNode = {
        id: 'sub',
        type: 'subflow',
        name: 'sub',
        in: [{ x: 1, y: 1, wires: [{ id: 'inner' }] }],
        out: [{ x: 1, y: 1, wires: [{ id: 'event', port: 0 }] }],
      };
      await host.load([
        definition,
        inSubflow(small('inner')),
        inSubflow(small('other')),
        inSubflow(eventNode({ scope, wires: [[]] })),
        tab,
        instance('i1', 'told1'),
        instance('i2', 'told2'),
        listener('told1'),
        listener('told2'),
      ]);
      host.send('i2', {});
      await host.hear('told2', terminal);
      assert.deepEqual(new Set(host.heard('told2').map(({ payload }) => payload['node_id'])), new Set(['i2-inner']));
      assert.deepEqual(host.heard('told1'), []);
    });
  }
});

import assert from 'node:assert/strict';
import { agentLocal, eventNode } from '../helpers/dialog-nodes.ts';
import { inEditors } from '../helpers/editor-suite.ts';
import { createNode, tab, type FlowNode } from '../helpers/node-red.ts';

const FLOWS: readonly FlowNode[] = [tab, createNode({ wires: [[], []] }), eventNode, agentLocal];

inEditors('backup-event', FLOWS, ({ editor, isInFull }) => {
  if (!isInFull) return;

  it('offers the backup nodes to backup-event, and keeps what is chosen right when flows are copied', async () => {
    await editor().edit('event');
    const rows = editor().page.locator('#backup-event-scope-list .red-ui-treeList-label');
    assert.deepEqual(await rows.allTextContents(), ['nightly', 'USB disk']);
    await rows.first().click();
    await editor().done();
    assert.match((await editor().complaints('event')).join(), /no node is chosen/i);
    await editor().edit('event');
    await editor().page.selectOption('#backup-event-scope-choice', 'all');
    assert.equal(await editor().page.locator('#backup-event-scope-list').isVisible(), false);
    await editor().done();
    assert.equal(await editor().page.evaluate(`RED.nodes.node('event').scope`), null);
    const copied = await editor().page.evaluate<{ id: string; scope: string[] }>(`(() => {
      const nodes = ${JSON.stringify(FLOWS)};
      const made = RED.nodes.import(nodes, { generateIds: true, addFlow: true }).nodes;
      const [create, event] = ['backup-create', 'backup-event'].map((type) => made.find((node) => node.type === type));
      return { id: create.id, scope: event.scope };
    })()`);
    assert.notEqual(copied.id, 'create');
    assert.deepEqual(copied.scope, [copied.id]);
  });
});

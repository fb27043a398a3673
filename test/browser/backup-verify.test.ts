import assert from 'node:assert/strict';
import { agentLocal } from '../helpers/dialog-nodes.ts';
import { checkDialog, inEditors } from '../helpers/editor-suite.ts';
import { createNode, tab, type FlowNode } from '../helpers/node-red.ts';
import { verifyNode } from '../helpers/verify-node.ts';

const FLOWS: readonly FlowNode[] = [
  tab,
  createNode({ wires: [[], []] }),
  agentLocal,
  verifyNode('verify', { locations: ['local'], mode: 'restore' }),
];

inEditors('backup-verify', FLOWS, ({ editor, shoot, isInFull }) => {
  it('shows its locations, and asks for one when none is chosen', async () => {
    await editor().edit('verify');
    const rows = editor().page.locator('#backup-verify-locations-list .red-ui-treeList-label');
    assert.deepEqual(await rows.allTextContents(), ['nightly', 'USB disk']);
    await checkDialog(editor(), 'verify');
    await shoot('verify-locations');
    if (!isInFull) return;
    await rows.last().click();
    await editor().done();
    assert.match((await editor().complaints('verify')).join(), /no location is chosen/i);
    await editor().edit('verify');
    await editor().page.selectOption('#backup-verify-locations-choice', 'message');
    assert.equal(await editor().page.locator('#backup-verify-locations-list').isVisible(), false);
    await editor().done();
    assert.equal(await editor().page.evaluate(`RED.nodes.node('verify').locations`), null);
    assert.deepEqual(await editor().complaints('verify'), []);
  });
});

import assert from 'node:assert/strict';
import { agentLocal } from '../helpers/dialog-nodes.ts';
import { inEditors } from '../helpers/editor-suite.ts';
import { continueNode, hookNode } from '../helpers/hook-nodes.ts';
import { createNode, tab, type FlowNode } from '../helpers/node-red.ts';

const hook = hookNode({ scope: ['create'], wires: [['continue']] });
const FLOWS: readonly FlowNode[] = [tab, createNode({ wires: [[], []] }), agentLocal, hook, continueNode()];

inEditors('backup-hook', FLOWS, ({ editor, isInFull, shoot }) => {
  if (!isInFull) return;

  it('offers the nodes that make backups, and keeps what is chosen right when flows are copied', async () => {
    await editor().edit('hook');
    const rows = editor().page.locator('#backup-hook-scope-list .red-ui-treeList-label');
    assert.deepEqual(await rows.allTextContents(), ['nightly']);
    await shoot('hook-chosen');
    await rows.first().click();
    await editor().done();
    assert.match((await editor().complaints('hook')).join(), /no node is chosen/i);
    await editor().edit('hook');
    await editor().page.selectOption('#backup-hook-scope-choice', 'all');
    assert.equal(await editor().page.locator('#backup-hook-scope-list').isVisible(), false);
    await editor().done();
    assert.equal(await editor().page.evaluate(`RED.nodes.node('hook').scope`), null);
    const copied = await editor().page.evaluate<{ id: string; scope: string[] }>(`(() => {
      const made = RED.nodes.import(${JSON.stringify(FLOWS)}, { generateIds: true, addFlow: true }).nodes;
      const [create, hook] = ['backup-create', 'backup-hook'].map((type) => made.find((node) => node.type === type));
      return { id: create.id, scope: hook.scope };
    })()`);
    assert.notEqual(copied.id, 'create');
    assert.deepEqual(copied.scope, [copied.id]);
  });

  it('says what is wrong with a time limit and a priority', async () => {
    await editor().edit('hook');
    await editor().page.fill('#node-input-timeout', '0');
    await editor().page.fill('#node-input-priority', 'first');
    await shoot('hook-mistakes');
    await editor().done();
    const complaints = (await editor().complaints('hook')).join();
    assert.match(complaints, /number of seconds above 0/);
    assert.match(complaints, /priority is a number/);
    await editor().edit('hook');
    await editor().page.fill('#node-input-timeout', '');
    await editor().page.fill('#node-input-priority', '-1.5');
    await editor().done();
    assert.deepEqual(await editor().complaints('hook'), []);
  });

  it('suggests a warning for what fails after a backup, and a failure for what fails before it', async () => {
    await editor().edit('hook');
    const onFailure = (): Promise<string> => editor().page.inputValue('#node-input-onFailure');
    assert.equal(await onFailure(), 'fail');
    await editor().page.selectOption('#node-input-when', 'after');
    assert.equal(await onFailure(), 'go_on');
    await editor().page.selectOption('#node-input-onFailure', 'fail');
    await editor().done();
    await editor().edit('hook');
    assert.deepEqual([await editor().page.inputValue('#node-input-when'), await onFailure()], ['after', 'fail']);
    await editor().cancel();
  });
});

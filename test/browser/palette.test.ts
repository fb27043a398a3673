import assert from 'node:assert/strict';
import { violationsIn } from '../helpers/accessibility.ts';
import { agentLocal, agentSftp, backupKey, eventNode, statusNode } from '../helpers/dialog-nodes.ts';
import { continueNode, hookNode } from '../helpers/hook-nodes.ts';
import { checkDialog, inEditors, openTab } from '../helpers/editor-suite.ts';
import { createNode, tab, type FlowNode } from '../helpers/node-red.ts';
import { restoreNode } from '../helpers/restore-node.ts';
import { retentionNode } from '../helpers/retention-node.ts';
import { verifyNode } from '../helpers/verify-node.ts';

const TYPES = [
  'backup-create',
  'backup-event',
  'backup-status',
  'backup-hook',
  'backup-continue',
  'agent-sftp',
  'agent-local',
  'retention',
  'backup-restore',
  'backup-verify',
] as const;
const retention = retentionNode('retention', {
  keepDaily: '7',
  locations: ['local'],
  plans: ['create'],
  x: 420,
  y: 400,
});
const NODES: readonly FlowNode[] = [
  createNode({ wires: [[], []], schedule: 'daily', afterDeploy: true }),
  backupKey,
  eventNode,
  statusNode,
  retention,
  agentSftp,
  agentLocal,
  hookNode({ wires: [['continue']], scope: ['create'] }),
  continueNode(),
  restoreNode('restore'),
  restoreNode('into', { mode: 'node-red', locations: ['local'], y: 560 }),
  verifyNode('verify', { x: 200, y: 400, locations: ['local'] }),
];
const TABS: Readonly<Record<string, readonly string[]>> = {
  'backup-create': ['where', 'when', 'how'],
  'agent-sftp': ['copies'],
  retention: ['where'],
};

inEditors('the package', [tab, ...NODES], ({ editor, shoot }) => {
  for (const type of TYPES) {
    it(`has ${type} in the palette, with help`, async () => {
      const entry = editor().page.locator(`#red-ui-palette .red-ui-palette-node[data-palette-type="${type}"]`);
      assert.equal(
        String(await entry.locator('.red-ui-palette-label').textContent())
          .trim()
          .replaceAll(/\s+/g, '-'),
        type,
      );
      const category = await entry.evaluate(
        (node) => node.closest('.red-ui-palette-category')?.querySelector('.red-ui-palette-header')?.textContent,
      );
      assert.match(String(category), /backup/);
      const help = await editor().page.evaluate<string>(`RED.nodes.getNodeHelp('${type}')`);
      assert.match(help, type === 'backup-continue' ? /<h3>Inputs<\/h3>/ : /<h3>Outputs<\/h3>/);
      const icon = await editor().page.evaluate<number>(
        `fetch('icons/@nightkeep/node-red-backup/${type}.svg').then((answer) => answer.status)`,
      );
      assert.equal(icon, 200);
    });
  }

  /** What axe finds wrong in the dialog that is open. */
  const judge = async (what: string, form = '#dialog-form'): Promise<void> => {
    wrong.push(...(await violationsIn(editor().page, form)).map((text) => `${what}: ${text}`));
  };
  let wrong: string[];

  it('opens each dialog with every field named and nothing that axe finds wrong, and Done changes nothing', async function () {
    await editor().page.locator('.red-ui-palette-node[data-palette-type="agent-local"]').scrollIntoViewIfNeeded();
    await shoot('flow');
    wrong = [];
    for (const { id, type } of NODES.filter((node) => node.type !== 'backup-key')) {
      await editor().edit(id);
      await checkDialog(editor(), id);
      await shoot(id);
      await judge(id);
      for (const name of TABS[type] ?? []) {
        await openTab(editor(), type, name);
        await shoot(`${id}-${name}`);
        await judge(`${id}, ${name}`);
      }
      await editor().done();
      const changed = await editor().page.evaluate(`RED.nodes.node('${id}').changed === true`);
      // Node-RED itself takes a password that is empty for a change.
      assert.equal(changed, type === 'agent-sftp', id);
      assert.deepEqual(await editor().complaints(id), [], id);
    }
    await editor().page.evaluate(`RED.editor.editConfig('', 'backup-key', 'key')`);
    await editor().page.locator('#node-config-dialog-ok').waitFor();
    await editor().settle();
    await shoot('key');
    await judge('key', '#node-config-dialog-edit-form');
    assert.deepEqual(wrong, []);
  });
});

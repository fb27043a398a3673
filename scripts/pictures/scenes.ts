/** The still pictures: each a part of the editor as it is after somebody has done something. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { Editor } from '../../test/helpers/editor.ts';
import { withNodeRed, type FlowNode } from './with-node-red.ts';

const root = join(import.meta.dirname, '..', '..');
const VIEWPORT = { width: 1500, height: 900 };
/** The whole sidebar at once, however the editor shares out its height. */
const WHOLE =
  '.nkb-sidebar { position: fixed; inset: 0 auto auto 0; z-index: 1000; width: 340px; height: 900px !important; }';
const POLL_MS = 200;
const BACKUPS = 4;
const CREATE = 'nk07create000001';

/** The example that shows most kinds of nodes at once, with its disk in a folder that is there. */
function generations(disk: string): FlowNode[] {
  const nodes = JSON.parse(readFileSync(join(root, 'examples', '07 - Generations.json'), 'utf8')) as FlowNode[];
  return nodes.map((node) => (node.type === 'agent-local' ? { ...node, folder: disk, mounted: false } : node));
}

async function makeBackups(url: string): Promise<void> {
  for (let made = 0; made < BACKUPS; made += 1) {
    await fetch(new URL(`backup/create/${CREATE}`, url), { method: 'POST' });
    while ((await copied(url)) <= made) await setTimeout(POLL_MS);
  }
}

/** How many backups lie at both places. */
async function copied(url: string): Promise<number> {
  const answer = await fetch(new URL('backup/list', url));
  const { backups } = (await answer.json()) as { backups: readonly { readonly agents: object }[] };
  return backups.filter(({ agents }) => Object.keys(agents).length > 1).length;
}

/** @param folder - where the pictures go */
export async function shootScenes(folder: string): Promise<void> {
  await withNodeRed({ flows: generations }, async (red) => {
    const editor = await Editor.open(red.url, 'light');
    try {
      const { page } = editor;
      await page.setViewportSize(VIEWPORT);
      await editor.reload();
      await makeBackups(red.url);
      await page.locator('#red-ui-workspace-chart').screenshot({ path: join(folder, 'flow.png') });
      await page.evaluate(`RED.sidebar.show('nightkeep-backup')`);
      await page.locator('.nkb-row').first().waitFor();
      await page.addStyleTag({ content: WHOLE });
      await page.locator('.nkb-sidebar').screenshot({ path: join(folder, 'sidebar.png') });
      await editor.reload();
      for (const [name, id] of [
        ['backup-create', CREATE],
        ['retention', 'nk07retdisk00001'],
      ] as const) {
        await editor.edit(id);
        await page.locator('.red-ui-tray').screenshot({ path: join(folder, `${name}.png`) });
        await editor.cancel();
      }
    } finally {
      await editor.close();
    }
  });
}

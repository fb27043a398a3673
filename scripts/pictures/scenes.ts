/** The still pictures: each a part of the editor as it is after somebody has done something. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { Editor } from '../../test/helpers/editor.ts';
import { Sidebar } from '../../test/helpers/sidebar.ts';
import { withNodeRed, type FlowNode } from './with-node-red.ts';

const root = join(import.meta.dirname, '..', '..');
const VIEWPORT = { width: 1500, height: 900 };
/** Where the nodes are. */
const FLOW = { x: 215, y: 40, width: 990, height: 400 };
const SIDEBAR = 360;
const POLL_MS = 200;
const MOST_TRIES = 150;
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
    for (let tries = 0; tries < MOST_TRIES && (await copied(url)) <= made; tries += 1) await setTimeout(POLL_MS);
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
      await page.screenshot({ path: join(folder, 'flow.png'), clip: FLOW });
      const sidebar = new Sidebar(editor);
      await sidebar.show();
      // As tall as the window, whatever the editor shares out.
      await sidebar.setWidth(SIDEBAR);
      await sidebar
        .rows()
        .nth(BACKUPS - 1)
        .waitFor();
      await sidebar.element.screenshot({ path: join(folder, 'sidebar.png') });
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

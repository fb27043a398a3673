/** The animated picture: from a Node-RED without any backup to the first encrypted one. */
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { Editor } from '../../test/helpers/editor.ts';
import { Film } from './film.ts';
import { withNodeRed, type FlowNode } from './with-node-red.ts';

const VIEWPORT = { width: 1150, height: 720 };
/** The Backups tab has the whole height of its column. */
const WHOLE = 'position: fixed; z-index: 50; top: 45px; right: 0; height: 675px; width: 340px';
/** For people to read what they see. */
const LOOK_MS = 2500;

const FLOWS: readonly FlowNode[] = [
  { id: 'tab', type: 'tab', label: 'Greenhouse' },
  { id: 'note', type: 'comment', z: 'tab', name: 'Waters what is dry', info: '', x: 140, y: 60, wires: [] },
];

/** @param folder - where the picture goes */
export async function firstBackup(folder: string): Promise<void> {
  await withNodeRed({ flows: () => FLOWS }, async (red) => {
    const editor = await Editor.open(red.url, 'light');
    try {
      const { page } = editor;
      await page.setViewportSize(VIEWPORT);
      await editor.reload();
      const press = async (name: string): Promise<void> => {
        const button = page.locator('.nkb-first').getByRole('button', { name });
        await button.waitFor();
        await setTimeout(LOOK_MS);
        // Each picture of the film makes the page lay itself out, so it never seems at rest, which a mouse would wait for.
        await button.evaluate((element) => (element as unknown as { click: () => void }).click());
      };
      const film = new Film(page);
      await setTimeout(LOOK_MS);
      await page.evaluate(`RED.sidebar.show('nightkeep-backup')`);
      await page.locator('.nkb-sidebar').evaluate((sidebar, style) => sidebar.setAttribute('style', style), WHOLE);
      await press('Next');
      await page.locator('.nkb-first-key').filter({ hasText: /^age1/ }).waitFor();
      const [kit] = await Promise.all([page.context().waitForEvent('page'), press('Open the recovery kit')]);
      await kit.close();
      await press('Next');
      await press('Add, deploy and back up now');
      await page.locator('.nkb-row').first().waitFor();
      await setTimeout(2 * LOOK_MS);
      await film.writeTo(join(folder, 'first-backup.webp'));
    } finally {
      await editor.close();
    }
  });
}

/**
 * `npm run pictures`: makes the pictures of the documentation anew, from a real Node-RED in a real browser, so that they stay true.
 * They come to docs/pictures.
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { firstBackup } from './pictures/first-backup.ts';
import { shootScenes } from './pictures/scenes.ts';
import { ensurePictureTools } from './test-run/requirements.ts';

const folder = join(import.meta.dirname, '..', 'docs', 'pictures');

ensurePictureTools();
mkdirSync(folder, { recursive: true });
await shootScenes(folder);
await firstBackup(folder);
console.log(`Look at them before you commit them: ${folder}`);

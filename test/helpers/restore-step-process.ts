/** What a start of Node-RED does for a restore, in a process of its own: `start`, `confirm` (a start that goes well) or `undo`. */
import { join } from 'node:path';
import { applyAtStart, confirmStart } from '../../src/apply/at-start.ts';
import { undoAtOnce } from '../../src/apply/at-once.ts';
import { fileSettings } from '../../src/apply/file-settings.ts';
import { environmentFor } from './restore-bench.ts';

const [verb = '', userDir = ''] = process.argv.slice(2);
if (verb === 'undo') await undoAtOnce(userDir);
else {
  const site = { environment: environmentFor(userDir), settings: fileSettings(userDir) };
  await applyAtStart(userDir, () => site);
  if (verb === 'confirm') await confirmStart(userDir);
}
process.stdout.write(join(userDir, 'done'));

/** What the command line does with a user directory, in a process of its own: `apply` what is staged, `finish` what was killed, or `undo`. */
import { applyAtOnce, finishKilled, undoAtOnce } from '../../src/apply/at-once.ts';
import { openRestore } from '../../src/apply/restore-folders.ts';

const [verb = '', userDir = ''] = process.argv.slice(2);
if (verb === 'apply') {
  const kept = await openRestore(userDir);
  if (kept === null) throw new Error('Nothing is staged.');
  await applyAtOnce(userDir, kept);
} else {
  await finishKilled(userDir);
  if (verb === 'undo') await undoAtOnce(userDir);
}

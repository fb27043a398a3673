/** Restores an archive to a folder: staged beside it, checked against the manifest, then moved into place. Runs in a worker thread. */
import { nextTurn } from '../../clock.ts';
import { toBackupError } from '../../errors.ts';
import { throwIfAborted } from '../../io/abort.ts';
import type { RestoreResult, RestoreTask, TaskContext } from '../tasks.ts';
import { moveIntoPlace, realTarget } from './move-in.ts';
import { openArchive, type OpenArchive } from './open-archive.ts';
import { RestoreRun } from './restore-run.ts';
import { everything, selectPaths } from './selection.ts';
import { checkSpace, explainFullDisk } from './space.ts';
import { StagingFolder } from './staging-folder.ts';
import { Staging } from './staging.ts';

/**
 * @throws BackupError: `archive_corrupt`, `target_exists`, `no_space`, `invalid_request` (a path that matches nothing) …; the
 * target is then as it was
 */
export async function restoreArchive(task: RestoreTask, context: TaskContext): Promise<RestoreResult> {
  try {
    const target = realTarget(task.target);
    const archive = await openArchive({ ...context, ...task });
    try {
      return await restoreFrom(archive, { ...task, target }, context);
    } finally {
      await archive.close();
    }
  } catch (error) {
    throw toBackupError(error, 'restore_failed', `Cannot restore to ${task.target}`);
  }
}

async function restoreFrom(archive: OpenArchive, task: RestoreTask, context: TaskContext): Promise<RestoreResult> {
  const { paths, target, backupId, overwrite, keepSetuid, manifestSha256 = null } = task;
  const selection = paths === null ? everything(archive) : await selectPaths(paths, archive.manifest());
  const folder = new StagingFolder(target);
  let isDone = false;
  try {
    const needed = await checkSpace(folder.path, selection);
    const staging = new Staging(folder.path, keepSetuid);
    try {
      const tellHeader = task.tellHeader === true;
      const options = { selection, context, backupId, manifestSha256, whole: paths === null, tellHeader };
      const run = new RestoreRun(archive, staging, options);
      const result = await run.run();
      staging.finish();
      await nextTurn();
      throwIfAborted(context.signal);
      moveIntoPlace(folder.path, target, overwrite);
      isDone = true;
      return result;
    } catch (error) {
      throw explainFullDisk(error, { target, path: folder.path, needed });
    }
  } finally {
    folder.remove(isDone);
  }
}

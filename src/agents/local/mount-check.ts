import { stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { BackupError, systemCode } from '../../errors.ts';

/**
 * Checks that a folder lies on a disk or share of its own: on another file system than those of `others`. A mount point whose disk is
 * not there is an empty folder of the system's own disk, which must not be filled in its place.
 *
 * @param others - absolute paths, e.g. `/` and the user directory
 * @throws BackupError `location_not_mounted`
 */
export async function checkMounted(folder: string, others: readonly string[]): Promise<void> {
  const place = await nearest(folder);
  for (const other of others) {
    if ((await nearest(other)).dev !== place.dev) continue;
    const what = `${folder} is not on a disk of its own: nothing is mounted there, and nothing was written.`;
    const advice = `Plug in or mount the disk. If the folder is meant to lie on the same disk as ${other}, say so in the settings.`;
    throw new BackupError('location_not_mounted', `${what} ${advice}`, { temporary: true });
  }
}

/** What the path is, or the nearest folder above it that is there. */
async function nearest(path: string): Promise<{ readonly dev: number }> {
  try {
    return await stat(path);
  } catch (error) {
    const code = systemCode(error);
    if ((code === 'ENOENT' || code === 'ENOTDIR') && dirname(path) !== path) return nearest(dirname(path));
    // A share whose server is gone answers with an error of its own.
    const text = error instanceof Error ? error.message : String(error);
    throw new BackupError('location_not_mounted', `${path} does not answer: ${text}`, {
      cause: error,
      temporary: true,
    });
  }
}

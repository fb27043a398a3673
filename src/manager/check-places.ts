import { BackupError } from '../errors.ts';
import { isWithin, realPath } from '../io/real-path.ts';
import type { BackupRequest } from '../backup-request.ts';

/**
 * Sees to it that no source would come out empty because it lies where backups or the engine's state are kept.
 *
 * @param skipFolders - folders that are never backed up
 * @throws BackupError `invalid_request`
 */
export async function checkPlaces(request: BackupRequest, skipFolders: readonly string[]): Promise<void> {
  const folders = await Promise.all(skipFolders.map(async (folder) => ({ folder, real: await realPath(folder) })));
  for (const { label, path } of request.sources) {
    const real = await realPath(path);
    const around = folders.find((candidate) => isWithin(real, candidate.real));
    if (around === undefined) continue;
    const what = `source "${label}": ${path} lies in ${around.folder}, which is never backed up`;
    throw new BackupError('invalid_request', `${what}: backups are kept there. Choose another folder for the backups.`);
  }
}

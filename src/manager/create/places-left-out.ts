import { BackupError } from '../../errors.ts';
import { isWithin, realPath } from '../../io/real-path.ts';
import type { BackupRequest } from '../../backup-request.ts';
import type { EngineParts } from '../engine-parts.ts';

/**
 * The folders that are never backed up: where backups and the engine's state are kept.
 *
 * @throws BackupError `invalid_request` when a source lies in one of them, and so would come out empty
 */
export async function placesLeftOut(
  { registry, settings }: EngineParts,
  request: BackupRequest,
): Promise<readonly string[]> {
  const skipFolders = [...new Set([request.folder, ...registry.localFolders(), settings.stateDir])];
  const folders = await Promise.all(skipFolders.map(async (folder) => ({ folder, real: await realPath(folder) })));
  for (const { label, path } of request.sources) {
    const real = await realPath(path);
    const around = folders.find((candidate) => isWithin(real, candidate.real));
    if (around === undefined) continue;
    const what = `source "${label}": ${path} lies in ${around.folder}, which is never backed up`;
    throw new BackupError('invalid_request', `${what}: backups are kept there. Choose another folder for the backups.`);
  }
  return skipFolders;
}

import { mkdir, readdir, rename, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { BackupError, systemCode, toBackupError } from '../errors.ts';
import { lstat, rm } from 'node:fs/promises';
import { isAbandoned, isPartialName } from '../io/partial-name.ts';

/** Names of files and folders in the state folder. */
export const STATE_FILE = 'state.json';
export const JOBS_FOLDER = 'jobs';
export const HOOKS_FOLDER = 'hooks';
export const MADE_FOLDER = 'made';
export const COPIES_FOLDER = 'copies';
export const RETENTION_FOLDER = 'retention';
export const VERIFIED_FOLDER = 'verified';

/** @throws BackupError that names the folder */
export async function makeStateFolder(stateDir: string): Promise<void> {
  try {
    const inside = [JOBS_FOLDER, HOOKS_FOLDER, MADE_FOLDER, COPIES_FOLDER, RETENTION_FOLDER, VERIFIED_FOLDER].map(
      (name) => join(stateDir, name),
    );
    for (const folder of [stateDir, ...inside]) {
      await mkdir(folder, { recursive: true, mode: 0o700 });
      if (!(await stat(folder)).isDirectory()) throw new BackupError('invalid_request', `${folder} is not a folder.`);
    }
  } catch (error) {
    if (['EEXIST', 'ENOTDIR'].includes(systemCode(error) ?? '')) {
      const text = `The state folder ${stateDir} cannot be made: something that is no folder is in its place.`;
      throw new BackupError('invalid_request', text, { cause: error });
    }
    throw toBackupError(error, 'unknown_error', `Cannot make the state folder ${stateDir}`);
  }
}

/** Removes what dead processes left half written in a folder. */
export async function sweepFolder(folder: string, nowMs: number): Promise<void> {
  for (const name of (await readdir(folder)).filter(isPartialName)) {
    const found = await lstat(join(folder, name)).catch(() => null);
    if (found === null || !isAbandoned(name, nowMs - found.mtimeMs)) continue;
    // What cannot be removed harms nothing; the next start tries again.
    await rm(join(folder, name), { recursive: true, force: true }).catch(() => undefined);
  }
}

/**
 * Moves a file that cannot be used out of the way, for people to look at.
 *
 * @returns its new name, e.g. `state.json.corrupt-1`
 */
export async function setAside(path: string): Promise<string> {
  const names = new Set(await readdir(dirname(path)));
  let number = 1;
  while (names.has(`${basename(path)}.corrupt-${String(number)}`)) number++;
  const aside = `${path}.corrupt-${String(number)}`;
  await rename(path, aside);
  return basename(aside);
}

/** Projects that lie outside the user directory. */
import { realpathSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import type { NodeRedSource } from '../../backup-request.ts';
import { BackupError } from '../../errors.ts';
import { isWithin } from '../../io/real-path.ts';
import type { OutsideFile } from '../backup-header.ts';

/** The folder in the archive that holds all of them. */
export const PROJECTS_MEMBER = 'node-red-outside/projects';
/** The folder that holds the active one when it does not lie with the others. */
export const PROJECT_MEMBER = 'node-red-outside/active-project';

/**
 * The folders that are to be walked, by their real paths: that of all projects, and the active one where it does not lie there. None when
 * all lie in the user directory.
 *
 * @throws BackupError `source_unreadable` when the active project cannot be told from the rest of the machine
 */
export function projectsOutside(source: NodeRedSource): OutsideFile[] {
  const { project, projectsFolder } = source.facts ?? { project: null, projectsFolder: null };
  const userDir = realpathSync(source.path);
  const all = realFolder(projectsFolder);
  const one = realFolder(project?.folder ?? null);
  const places: OutsideFile[] = [];
  if (all !== null && !isWithin(all, userDir) && !isTooMuch(all, userDir)) {
    places.push({ role: 'projects', path: all, member: PROJECTS_MEMBER });
  }
  const taken = [userDir, ...places.map(({ path }) => path)];
  if (one === null || taken.some((folder) => isWithin(one, folder))) return places;
  if (!isTooMuch(one, userDir)) return [...places, { role: 'projects', path: one, member: PROJECT_MEMBER }];
  const what = `The active project lies in ${one}, with much else of this machine.`;
  throw new BackupError('source_unreadable', `${what} Give projects a folder of their own.`);
}

function isTooMuch(folder: string, userDir: string): boolean {
  return isWithin(userDir, folder) || isWithin(homedir(), folder);
}

/** Null for what is no folder, or not there. */
function realFolder(path: string | null): string | null {
  try {
    if (path === null || !statSync(path).isDirectory()) return null;
    return realpathSync(path);
  } catch {
    return null;
  }
}

/** What lay outside the user directory, where the Node-RED that runs keeps the like of it: its settings in force say where. */
import { existsSync } from 'node:fs';
import { basename, join } from 'node:path';
import { isWithin, realPathSync } from '../io/real-path.ts';
import type { StagedEntry } from './backup-content.ts';
import { changesAtPlace, leftOut } from './compose-outside.ts';
import type { NodeRedEnvironment } from './environment.ts';
import { changeOfFile, type Change } from './plan-tree.ts';

interface InUse {
  readonly changes: readonly Change[];
  /** A sentence for each thing that is not in use here, and so was not put anywhere. */
  readonly problems: readonly string[];
}

export function changesInUse(entries: readonly StagedEntry[], environment: NodeRedEnvironment): InUse {
  const changes: Change[] = [];
  const problems: string[] = [];
  for (const entry of entries) {
    const place = placeOf(entry, environment);
    if (place !== null) changes.push(...changesAtPlace(entry, place));
    else if (!isAsItWas(entry)) problems.push(leftOut(entry));
  }
  return { changes, problems };
}

function placeOf(
  entry: StagedEntry,
  { userDir, projectsFolder, foldersInUse = [] }: NodeRedEnvironment,
): string | null {
  if (entry.role !== 'projects') return foldersInUse.find((folder) => realPathSync(folder) === entry.path) ?? null;
  if (projectsFolder === undefined || isWithin(projectsFolder, userDir)) return null;
  return isOneProject(entry) ? join(projectsFolder, basename(entry.path)) : projectsFolder;
}

/** The folder of all projects has none of its own. */
function isOneProject({ staged }: StagedEntry): boolean {
  return existsSync(join(staged, 'package.json'));
}

function isAsItWas({ role, staged, path }: StagedEntry): boolean {
  return role === 'required' && changeOfFile(staged, path).length === 0;
}

/** What Node-RED reads, wherever it lies, by the names that it has for it. Node-RED follows links, so these may be some. */
import { readdirSync, realpathSync, type Dirent } from 'node:fs';
import { join } from 'node:path';
import { credentialsFileOf } from '../credentials-file.ts';
import type { NodeRedSource } from '../backup-request.ts';
import { isWithin } from '../io/real-path.ts';
import { linkedModules } from './linked-modules.ts';
import type { ActiveProject } from './node-red-facts.ts';

export type OutsideRole =
  'settings' | 'flows' | 'credentials' | 'projects' | 'context' | 'library' | 'required' | 'module';

export interface UsedPlace {
  readonly role: OutsideRole;
  /** Absolute. It need not be there. */
  readonly path: string;
  /** Null for what may be a folder as well as a file. */
  readonly isFolder: boolean | null;
}

/** The flow file of the settings, known or not. */
export function flowFileIn({ flowFile, path }: NodeRedSource): string {
  return flowFile ?? join(path, 'flows.json');
}

export function usedPlaces(source: NodeRedSource): readonly UsedPlace[] {
  const { path: userDir, facts, linkedModules: withModules = false } = source;
  const project = facts?.project ?? null;
  const flowFile = flowFileIn(source);
  const file =
    (role: OutsideRole) =>
    (path: string): UsedPlace[] => [{ role, path, isFolder: false }];
  const folder = (role: OutsideRole) => (path: string | null) =>
    path === null ? [] : [{ role, path, isFolder: true }];
  const stores = facts?.contextStores ?? [];
  const modules = withModules ? linkedModules(userDir).filter(({ isThere }) => isThere) : [];
  return [
    ...file('settings')(source.settingsFile ?? join(userDir, 'settings.js')),
    ...file('flows')(flowFile),
    ...file('credentials')(credentialsFileOf(flowFile, userDir)),
    ...(project === null ? [] : filesApart(project)),
    ...asLinked(facts?.required ?? [], userDir).flatMap(file('required')),
    ...[join(userDir, 'projects'), facts?.projectsFolder ?? null, project?.folder ?? null].flatMap(folder('projects')),
    ...[join(userDir, 'context'), ...stores.map(({ path }) => path)].flatMap(folder('context')),
    ...[join(userDir, 'lib'), ...(facts?.libraries ?? [])].flatMap(folder('library')),
    ...modules.map(({ path }): UsedPlace => ({ role: 'module', path, isFolder: null })),
  ];
}

/** Those of a project's two files that do not lie in its folder. */
function filesApart({ folder, flowFile, credentialsFile }: ActiveProject): UsedPlace[] {
  const places = [
    { role: 'flows', path: flowFile },
    { role: 'credentials', path: credentialsFile },
  ] as const;
  return places.flatMap(({ role, path }) =>
    path === null || liesIn(path, folder) ? [] : [{ role, path, isFolder: false }],
  );
}

function liesIn(path: string, folder: string): boolean {
  try {
    return isWithin(realpathSync(path), realpathSync(folder));
  } catch {
    return true;
  }
}

/** Node.js knows what was required without links: those in the user directory that lead there, or else the files themselves. */
function asLinked(files: readonly string[], userDir: string): readonly string[] {
  if (files.length === 0) return files;
  const folders = entriesOf(userDir).filter((entry) => entry.isDirectory() && entry.name !== 'node_modules');
  const links = [userDir, ...folders.map(({ name }) => join(userDir, name))].flatMap((folder) =>
    entriesOf(folder)
      .filter((entry) => entry.isSymbolicLink())
      .map(({ name }) => join(folder, name)),
  );
  const byTarget = new Map(links.map((link) => [realOf(link), link]));
  return files.map((path) => byTarget.get(path) ?? path);
}

function realOf(path: string): string | null {
  try {
    return realpathSync(path);
  } catch {
    return null;
  }
}

function entriesOf(folder: string): Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch {
    return [];
  }
}

/** Projects, as Node-RED finds them. */
import { statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { isObject } from '../io/json-file.ts';
import { readObject } from '../io/read-object.ts';
import type { ActiveProject } from './node-red-facts.ts';
import { storedConfig } from './stored-config.ts';

/** Where projects lie: in the user directory unless settings say another place. */
export function projectsFolderOf(path: string | null, userDir: string): string {
  return path === null ? join(userDir, 'projects') : resolve(path);
}

/**
 * @param folder - where projects lie
 * @param flowFile - of the settings: Node-RED takes the name of a project there as well
 */
export function activeProjectOf(userDir: string, folder: string, flowFile: string | null): ActiveProject | null {
  const section = storedConfig(userDir, 'projects');
  const known = isObject(section['projects']) ? section['projects'] : {};
  const isNamed = flowFile !== null && (Object.hasOwn(known, flowFile) || isFolder(join(folder, flowFile)));
  const name = isNamed ? flowFile : section['activeProject'];
  return typeof name === 'string' && name !== '' ? projectIn(userDir, folder, name) : null;
}

/** @param folder - where projects lie */
export function projectIn(userDir: string, folder: string, name: string): ActiveProject {
  const { projects } = storedConfig(userDir, 'projects');
  const entry = isObject(projects) ? projects[name] : null;
  const root = isObject(entry) && typeof entry['rootPath'] === 'string' ? entry['rootPath'] : '';
  const place = join(folder, name);
  return { name, folder: place, ...projectFilesOf(join(place, root)) };
}

export function projectFilesOf(folder: string): Pick<ActiveProject, 'flowFile' | 'credentialsFile'> {
  const names = projectFileNames(readObject(join(folder, 'package.json')));
  if (names === null) return { flowFile: null, credentialsFile: null };
  return { flowFile: join(folder, names.flowFile), credentialsFile: join(folder, names.credentialsFile) };
}

/**
 * The files that a project's package.json names, relative to it. Node-RED knows both or none.
 *
 * @param description - what is in its package.json
 */
export function projectFileNames(
  description: unknown,
): { readonly flowFile: string; readonly credentialsFile: string } | null {
  const section = isObject(description) ? description['node-red'] : null;
  const settings = isObject(section) && isObject(section['settings']) ? section['settings'] : {};
  const { flowFile, credentialsFile } = settings;
  return typeof flowFile === 'string' && typeof credentialsFile === 'string' ? { flowFile, credentialsFile } : null;
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}

/** Projects, as Node-RED finds them. */
import { statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { isObject } from '../io/json-file.ts';
import { readObject } from '../io/read-object.ts';
import type { ActiveProject } from './node-red-facts.ts';

/** Where projects lie: in the user directory unless settings say another place. */
export function projectsFolderOf(path: string | null, userDir: string): string {
  return path === null ? join(userDir, 'projects') : resolve(path);
}

/**
 * @param folder - where projects lie
 * @param flowFile - of the settings: Node-RED takes the name of a project there as well
 */
export function activeProjectOf(userDir: string, folder: string, flowFile: string | null): ActiveProject | null {
  const section = readObject(join(userDir, '.config.projects.json'));
  const known = isObject(section['projects']) ? section['projects'] : {};
  const isNamed = flowFile !== null && (Object.hasOwn(known, flowFile) || isFolder(join(folder, flowFile)));
  const name = isNamed ? flowFile : section['activeProject'];
  if (typeof name !== 'string' || name === '') return null;
  const entry = known[name];
  const root = isObject(entry) && typeof entry['rootPath'] === 'string' ? entry['rootPath'] : '';
  const place = join(folder, name);
  return { name, folder: place, ...projectFilesOf(join(place, root)) };
}

/** Node-RED knows both files or none. */
export function projectFilesOf(folder: string): Pick<ActiveProject, 'flowFile' | 'credentialsFile'> {
  const section = readObject(join(folder, 'package.json'))['node-red'];
  const settings = isObject(section) && isObject(section['settings']) ? section['settings'] : {};
  const { flowFile, credentialsFile } = settings;
  if (typeof flowFile !== 'string' || typeof credentialsFile !== 'string') {
    return { flowFile: null, credentialsFile: null };
  }
  return { flowFile: join(folder, flowFile), credentialsFile: join(folder, credentialsFile) };
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}

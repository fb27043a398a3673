/** Modules of a user directory that npm has not copied there: their folders lie elsewhere, and no registry has them. */
import { readdirSync, realpathSync, type Dirent } from 'node:fs';
import { join, resolve } from 'node:path';
import { isObject } from '../io/json-file.ts';
import { readObject } from '../io/read-object.ts';
import { isWithin } from '../io/real-path.ts';

export interface LinkedModule {
  readonly name: string;
  /** Absolute, without links; of what is not there, as it was named. */
  readonly path: string;
  readonly isThere: boolean;
}

const SECTIONS = ['dependencies', 'devDependencies', 'optionalDependencies'];
const MOST = 100;

/** Those outside the user directory: that its package.json names, that theirs name in turn, and that were linked by `npm link`. */
export function linkedModules(userDir: string): readonly LinkedModule[] {
  const root = realpathSync(userDir);
  const found = new Map<string, LinkedModule>();
  const named = new Map(dependenciesOf(root));
  // What npm would take from elsewhere it can install again.
  const linked = linksIn(join(root, 'node_modules')).filter(({ name }) => !named.has(name));
  const waiting = [...namedIn(root), ...linked];
  for (let next = waiting.shift(); next !== undefined && found.size < MOST; next = waiting.shift()) {
    if (found.has(next.path) || isWithin(next.path, root)) continue;
    found.set(next.path, next);
    if (next.isThere) waiting.push(...namedIn(next.path));
  }
  return [...found.values()];
}

/** What the package.json of a folder takes from other folders, or from files. */
function namedIn(folder: string): LinkedModule[] {
  return dependenciesOf(folder).flatMap(([name, wanted]) => {
    const path = pathIn(wanted);
    return path === null ? [] : [lookedAt(name, resolve(folder, path))];
  });
}

function dependenciesOf(folder: string): [name: string, wanted: string][] {
  const fields = readObject(join(folder, 'package.json'));
  const sections = SECTIONS.map((name) => fields[name]).filter(isObject);
  return sections
    .flatMap(Object.entries)
    .flatMap(([name, wanted]) => (typeof wanted === 'string' ? [[name, wanted]] : []));
}

/** As npm reads it: `file:` and paths. Null for a version, a tag or a server. */
function pathIn(wanted: string): string | null {
  const path = /^(?:file|link):(?:\/\/(?=\/))?(.+)$/.exec(wanted)?.[1];
  if (path !== undefined) return path;
  return /^(?:\.{0,2}\/|\.\.?$)/.test(wanted) ? wanted : null;
}

function linksIn(folder: string): LinkedModule[] {
  return entriesOf(folder).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory() && entry.name.startsWith('@')) {
      return linksIn(path).map((linked) => ({ ...linked, name: `${entry.name}/${linked.name}` }));
    }
    return entry.isSymbolicLink() ? lookedAt(entry.name, path) : [];
  });
}

function lookedAt(name: string, path: string): LinkedModule {
  try {
    return { name, path: realpathSync(path), isThere: true };
  } catch {
    return { name, path, isThere: false };
  }
}

function entriesOf(folder: string): Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch {
    return [];
  }
}

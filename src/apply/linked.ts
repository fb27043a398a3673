/** What Node-RED reads through symbolic links of its user directory. The backup has what they led to apart from them. */
import { existsSync, lstatSync, realpathSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { StagedEntry } from './backup-content.ts';
import { leadsTo, whyUnfit } from './outside-place.ts';
import { changesAt, type Change, type TreeRules } from './plan-tree.ts';
import { look } from './swap.ts';

interface LinkedInput {
  /** With what lay outside the user directory; each with its extracted file or folder. */
  readonly entries: readonly (StagedEntry & { readonly link: string })[];
  readonly userDir: string;
  readonly rules: TreeRules;
}

interface Linked {
  readonly changes: readonly Change[];
  /** What makes the links again, for a shell. */
  readonly commands: readonly string[];
}

export const isLinked = (entry: StagedEntry): entry is StagedEntry & { readonly link: string } =>
  entry.link !== undefined;

/** Where the same link leads to something, the content comes through it; where it does not, the content itself comes in its place. */
export function linkedChanges({ entries, userDir, rules: given }: LinkedInput): Linked {
  const rules = { ...given, isWhole: (name: string): boolean => withParents(name).some(given.isWhole) };
  const changes: Change[] = [];
  const commands: string[] = [];
  for (const { link, staged, path } of entries) {
    const place = inRealFolder(join(userDir, link));
    if (isOpen(place, staged, userDir)) {
      changes.push(...changesAt({ next: staged, target: realpathSync(place) }, link, rules));
      continue;
    }
    const isPlain = look(place)?.isSymbolicLink() !== true;
    changes.push(
      ...(isPlain ? changesAt({ next: staged, target: place }, link, rules) : [{ target: place, next: staged }]),
    );
    if (whyUnfit(path, userDir) === null) commands.push(linkAgain(join(userDir, link), path));
  }
  return { changes, commands };
}

/** What lies in a folder that comes as a whole does so as well. */
function withParents(name: string): readonly string[] {
  const parts = name.split('/');
  return parts.map((_, i) => parts.slice(0, i + 1).join('/'));
}

function isOpen(place: string, staged: string, userDir: string): boolean {
  if (look(place)?.isSymbolicLink() !== true) return false;
  const kind = leadsTo(place);
  if (lstatSync(staged).isDirectory()) {
    return kind === 'folder' && whyUnfit(realpathSync(place), userDir) === null;
  }
  return kind === 'file';
}

function inRealFolder(path: string): string {
  const folder = dirname(path);
  return leadsTo(folder) === 'folder' ? join(realpathSync(folder), basename(path)) : path;
}

function linkAgain(place: string, path: string): string {
  const old = existsSync(path) ? `mv ${quoted(path)} ${quoted(`${path}.old`)} && ` : '';
  const made = `mkdir -p ${quoted(dirname(path))} && ${old}mv ${quoted(place)} ${quoted(path)}`;
  return `${made} && ln -s ${quoted(path)} ${quoted(place)}`;
}

/** For a shell, one word. */
function quoted(text: string): string {
  return /^[\w./-]+$/.test(text) && !text.startsWith('-') ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}

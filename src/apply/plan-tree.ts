/** From a folder that was extracted to what it changes in the folder where it goes. */
import { accessSync, constants, lstatSync, readdirSync, readFileSync, realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { SAFETY_PREFIX } from '../backup-names.ts';
import { readMounts, type Mounts } from '../io/mounts.ts';
import { leadsTo } from './outside-place.ts';
import { look } from './swap.ts';

/** `next` comes to `target`; null takes the target away. Paths are absolute. */
export interface Change {
  readonly target: string;
  readonly next: string | null;
}

export interface TreeRules {
  /** Names below the root, with `/`, that are left alone. */
  readonly skips: (name: string) => boolean;
  /** Folders that come as a whole: what the backup lacks in them goes. */
  readonly isWhole: (name: string) => boolean;
  /** Names of what comes from elsewhere, and is left alone also in folders that come as a whole. */
  readonly apart?: ReadonlySet<string>;
}

/** @param staged - an extracted folder that comes over `target`, which need not be there */
export function changesOfTree(staged: string, target: string, rules: TreeRules): Change[] {
  return walk({ next: staged, target: realFolder(target) }, '', { ...rules, mounts: readMounts() });
}

/** @param name - that of the place in the user directory, as the rules have it */
export function changesAt({ next, target }: Places, name: string, rules: TreeRules): Change[] {
  if (!lstatSync(next).isDirectory()) return changeOfFile(next, target);
  return changesOfFolder({ next, target: realFolder(target) }, name, { ...rules, mounts: readMounts() });
}

type Rules = TreeRules & { readonly mounts: Mounts };
type Places = Change & { readonly next: string };

function walk(folder: Places, prefix: string, rules: Rules): Change[] {
  return readdirSync(folder.next).flatMap((entry) => {
    const name = prefix + entry;
    if (rules.skips(name) || rules.apart?.has(name) === true) return [];
    const next = join(folder.next, entry);
    const target = join(folder.target, entry);
    if (!lstatSync(next).isDirectory()) return changeOfFile(next, target);
    return changesOfFolder({ next, target: realFolder(target) }, name, rules);
  });
}

function changesOfFolder({ next, target }: Places, name: string, rules: Rules): Change[] {
  const now = look(target);
  const isNew = now === null && (holdsApart(name, rules) || (!rules.isWhole(name) && holdsSkipped(next, name, rules)));
  if (now?.isDirectory() !== true && !isNew) return [{ target, next }];
  if (!rules.isWhole(name)) return walk({ next, target }, `${name}/`, rules);
  const isMissing = now === null && !holdsApart(name, rules);
  if (isMissing || !isFixed(target, name, rules)) return [{ target, next }];
  return contents({ next, target }, name, rules);
}

/** Such a folder cannot come as a whole, not even where there is none yet. */
function holdsSkipped(folder: string, name: string, rules: TreeRules): boolean {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' }).some((path) => rules.skips(`${name}/${path}`));
}

/** What is mounted cannot be moved, nor what lies where nothing may be written, and what is mounted or linked in a folder would move along. */
function isFixed(folder: string, name: string, rules: Rules): boolean {
  const { mounts } = rules;
  return holdsApart(name, rules) || mounts.isPoint(folder) || mounts.isAbove(folder) || !mayWrite(dirname(folder));
}

function holdsApart(name: string, { apart = new Set() }: TreeRules): boolean {
  return [...apart].some((link) => link.startsWith(`${name}/`));
}

function mayWrite(folder: string): boolean {
  try {
    accessSync(folder, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

/** The same as to put one folder in the place of the other, which stays where it is. What is mounted in it stays, too. */
export function contentChanges(staged: string | null, target: string): Change[] {
  const rules = { skips: () => false, isWhole: () => true, mounts: readMounts() };
  return contents({ next: staged, target }, '', rules);
}

function contents({ next: staged, target }: Change, prefix: string, rules: Rules): Change[] {
  const isLeft = (name: string): boolean =>
    name.startsWith(SAFETY_PREFIX) || rules.apart?.has(`${prefix}/${name}`) === true;
  const wanted = staged === null ? [] : readdirSync(staged).filter((name) => !isLeft(name));
  const gone = (look(target) === null ? [] : readdirSync(target)).filter(
    (name) => !wanted.includes(name) && !isLeft(name),
  );
  const change = (name: string, next: string | null): Change[] => {
    const place = join(target, name);
    const both = look(place)?.isDirectory() === true && (next === null || lstatSync(next).isDirectory());
    if (!both || !isFixed(place, `${prefix}/${name}`, rules)) return [{ target: place, next }];
    return contents({ next, target: place }, `${prefix}/${name}`, rules);
  };
  return [
    ...wanted.flatMap((name) => change(name, join(staged ?? '', name))),
    ...gone.flatMap((name) => change(name, null)),
  ];
}

/** Nothing when the same file is there already. Where a link leads to a file, that is the one which Node-RED writes, too. */
export function changeOfFile(next: string, target: string): Change[] {
  const mine = lstatSync(next);
  const place = mine.isFile() ? realFile(target) : target;
  return mine.isFile() && isSameFile(next, place) ? [] : [{ target: place, next }];
}

function isSameFile(a: string, b: string): boolean {
  const [one, other] = [lstatSync(a), look(b)];
  if (other?.isFile() !== true || one.size !== other.size || one.mode !== other.mode) return false;
  return readFileSync(a).equals(readFileSync(b));
}

function realFile(path: string): string {
  if (look(path)?.isSymbolicLink() !== true) return path;
  return leadsTo(path) === 'file' ? realpathSync(path) : path;
}

function realFolder(path: string): string {
  return leadsTo(path) === 'folder' ? realpathSync(path) : path;
}

/** From a folder that was extracted to what it changes in the folder where it goes. */
import { lstatSync, readdirSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { SAFETY_PREFIX } from '../backup-names.ts';
import { mountPoints, type MountPoints } from '../io/mount-points.ts';
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
}

/** @param staged - an extracted folder that comes over `target`, which need not be there */
export function changesOfTree(staged: string, target: string, rules: TreeRules): Change[] {
  return walk({ next: staged, target: realFolder(target) }, '', { ...rules, mounts: mountPoints() });
}

type Rules = TreeRules & { readonly mounts: MountPoints };
type Places = Change & { readonly next: string };

function walk(folder: Places, prefix: string, rules: Rules): Change[] {
  return readdirSync(folder.next).flatMap((entry) => {
    const name = prefix + entry;
    if (rules.skips(name)) return [];
    const next = join(folder.next, entry);
    const target = join(folder.target, entry);
    if (!lstatSync(next).isDirectory()) return changeOfFile(next, target);
    return changesOfFolder({ next, target: realFolder(target) }, name, rules);
  });
}

function changesOfFolder({ next, target }: Places, name: string, rules: Rules): Change[] {
  const now = look(target);
  const isNew = now === null && !rules.isWhole(name) && holdsSkipped(next, name, rules);
  if (now?.isDirectory() !== true && !isNew) return [{ target, next }];
  if (!rules.isWhole(name)) return walk({ next, target }, `${name}/`, rules);
  return isFixed(target, rules.mounts) ? contentChanges(next, target) : [{ target, next }];
}

/** Such a folder cannot come as a whole, not even where there is none yet. */
function holdsSkipped(folder: string, name: string, rules: TreeRules): boolean {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' }).some((path) => rules.skips(`${name}/${path}`));
}

/** What is mounted cannot be moved, and what lies in such a folder would move along. */
function isFixed(folder: string, mounts: MountPoints): boolean {
  return mounts.isPoint(folder) || mounts.isAbove(folder);
}

/** The same as to put one folder in the place of the other, which stays where it is. What is mounted in it stays, too. */
export function contentChanges(staged: string | null, target: string, mounts: MountPoints = mountPoints()): Change[] {
  const wanted = staged === null ? [] : readdirSync(staged);
  const gone = readdirSync(target).filter((name) => !wanted.includes(name) && !name.startsWith(SAFETY_PREFIX));
  const change = (name: string, next: string | null): Change[] => {
    const place = join(target, name);
    const both = look(place)?.isDirectory() === true && (next === null || lstatSync(next).isDirectory());
    return both && isFixed(place, mounts) ? contentChanges(next, place, mounts) : [{ target: place, next }];
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
  return statSync(path, { throwIfNoEntry: false })?.isFile() === true ? realpathSync(path) : path;
}

function realFolder(path: string): string {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true ? realpathSync(path) : path;
}

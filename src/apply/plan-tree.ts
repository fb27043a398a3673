/** From a folder that was extracted to what it changes in the folder where it goes. */
import { lstatSync, readdirSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { join } from 'node:path';
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
  return walk({ next: staged, target: realFolder(target) }, '', rules);
}

function walk(folder: { readonly next: string; readonly target: string }, prefix: string, rules: TreeRules): Change[] {
  return readdirSync(folder.next).flatMap((entry) => {
    const name = prefix + entry;
    if (rules.skips(name)) return [];
    const next = join(folder.next, entry);
    const target = join(folder.target, entry);
    if (!lstatSync(next).isDirectory()) return changeOfFile(next, target);
    const real = realFolder(target);
    const now = look(real);
    const isNew = now === null && !rules.isWhole(name) && holdsSkipped(next, name, rules);
    if (now?.isDirectory() !== true && !isNew) return [{ target: real, next }];
    if (!rules.isWhole(name)) return walk({ next, target: real }, `${name}/`, rules);
    return isMount(real) ? wholeContents(next, real) : [{ target: real, next }];
  });
}

/** Such a folder cannot come as a whole, not even where there is none yet. */
function holdsSkipped(folder: string, name: string, rules: TreeRules): boolean {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' }).some((path) => rules.skips(`${name}/${path}`));
}

/** What is mounted cannot be moved, so its contents are. */
function wholeContents(staged: string, target: string): Change[] {
  const wanted = new Set(readdirSync(staged));
  const gone = readdirSync(target).filter((name) => !wanted.has(name));
  return [
    ...[...wanted].map((name) => ({ target: join(target, name), next: join(staged, name) })),
    ...gone.map((name) => ({ target: join(target, name), next: null })),
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

function isMount(folder: string): boolean {
  return lstatSync(folder).dev !== lstatSync(join(folder, '..')).dev;
}

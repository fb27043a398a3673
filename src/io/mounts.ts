/** Where file systems begin in the tree of folders. A bind mount of the same file system shows only here: its `st_dev` is that of its parent. */
import { lstatSync, readFileSync, realpathSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { isWithin } from './real-path.ts';

const TABLE = '/proc/self/mountinfo';

export interface Mounts {
  /** Whether something is mounted right there; it can be neither renamed nor removed. */
  isPoint(path: string): boolean;
  /** Whether something is mounted below the folder: it would move along with it. */
  isAbove(folder: string): boolean;
  /** Whether a file can be renamed from the one place to the other; either need not be there. */
  isSame(one: string, other: string): boolean;
  /** Where the mount begins that a path lies in; null when that is not known. */
  pointOf(path: string): string | null;
  /** The kind of the file system that a path lies on, as `proc` or `ext4`; null when that is not known. */
  kindOf(path: string): string | null;
}

/** As it is now. Where the kernel does not tell, the numbers of the devices have to do. */
export function readMounts(table: string = TABLE): Mounts {
  const known = parse(table);
  return known === null ? BY_DEVICE : tableOf(known);
}

/** Kinds by mount points; of those that lie over each other, the upper one. */
function parse(table: string): ReadonlyMap<string, string> | null {
  try {
    const lines = readFileSync(table, 'utf8').split('\n');
    const found = lines.flatMap((line): [string, string][] => {
      const point = line.split(' ')[4];
      const [, after = ''] = line.split(' - ');
      return point === undefined ? [] : [[unescaped(point), after.split(' ')[0] ?? '']];
    });
    return found.length === 0 ? null : new Map(found);
  } catch {
    return null;
  }
}

/** The kernel writes blanks, tabs, newlines and backslashes in octal, as bytes. */
function unescaped(text: string): string {
  return text.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)));
}

function tableOf(known: ReadonlyMap<string, string>): Mounts {
  const pointOf = (path: string): string => {
    let at = real(path);
    while (!known.has(at) && at !== dirname(at)) at = dirname(at);
    return at;
  };
  return {
    isPoint: (path) => known.has(real(path)),
    isAbove(folder) {
      const place = real(folder);
      return [...known.keys()].some((point) => point !== place && isWithin(point, place));
    },
    // Parts of one mount can be apart as well, as subvolumes are.
    isSame: (one, other) => pointOf(one) === pointOf(other) && BY_DEVICE.isSame(one, other),
    pointOf,
    kindOf: (path) => known.get(pointOf(path)) ?? null,
  };
}

const BY_DEVICE: Mounts = {
  isPoint: (path) => deviceOf(path) !== deviceOf(dirname(real(path))),
  isAbove: () => false,
  isSame: (one, other) => deviceOf(dirname(one)) === deviceOf(dirname(other)),
  pointOf: () => null,
  kindOf: () => null,
};

/** Of the nearest folder above, when it is not there. */
function deviceOf(path: string): number {
  const at = real(path);
  return lstatSync(at, { throwIfNoEntry: false })?.dev ?? deviceOf(dirname(at));
}

/** Its folder without symbolic links, as far as that is there; what is named itself is not followed. */
function real(path: string): string {
  const parent = dirname(path);
  if (parent === path) return path;
  try {
    return join(realpathSync(parent), basename(path));
  } catch {
    return join(real(parent), basename(path));
  }
}

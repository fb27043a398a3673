import { statSync, type BigIntStats } from 'node:fs';
import { dirname, relative } from 'node:path';

/** `device:inode`, the identity of a file on this machine. */
export function identity(stat: BigIntStats): string {
  return `${String(stat.dev)}:${String(stat.ino)}`;
}

/** The identity of what a path leads to, links followed; null when that is not there. */
export function identityAt(path: string): string | null {
  try {
    return identity(statSync(path, { bigint: true }));
  } catch {
    return null;
  }
}

/** The path itself and the folders around it. */
export function ancestorsOf(path: string): readonly string[] {
  const parent = dirname(path);
  return parent === path ? [path] : [path, ...ancestorsOf(parent)];
}

/** The way from a folder to what lies in it, also where that was mounted a second time. Null when it does not. Both are without links. */
export function wayInto(path: string, folder: string): string | null {
  const own = identityAt(folder);
  const around = ancestorsOf(path).find((each) => each === folder || (own !== null && identityAt(each) === own));
  return around === undefined ? null : relative(around, path);
}

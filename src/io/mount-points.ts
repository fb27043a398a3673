/** Where file systems begin in the tree of folders. A bind mount of the same file system shows only here: its `st_dev` is that of its parent. */
import { lstatSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { readMounts, type Mount } from './mounts.ts';
import { isWithin, realPathSync } from './real-path.ts';

export interface MountPoints {
  /** Whether something is mounted right there; it can be neither renamed nor removed. */
  isPoint(path: string): boolean;
  /** Whether something is mounted below the folder: it would move along with it. */
  isAbove(folder: string): boolean;
  /** Whether a file can be renamed from the one place to the other; either need not be there. */
  isSame(one: string, other: string): boolean;
  /** Where the mount begins that a path lies in; null when that is not known. */
  pointOf(path: string): string | null;
}

/** As it is now. Where the kernel does not tell, the numbers of the devices have to do. */
export function mountPoints(mounts: readonly Mount[] = readMounts()): MountPoints {
  return mounts.length === 0 ? BY_DEVICE : tableOf(new Set(mounts.map(({ point }) => point)));
}

function tableOf(known: ReadonlySet<string>): MountPoints {
  const pointOf = (path: string): string => {
    let at = real(path);
    while (!known.has(at) && at !== dirname(at)) at = dirname(at);
    return at;
  };
  return {
    isPoint: (path) => known.has(real(path)),
    isAbove(folder) {
      const place = real(folder);
      return [...known].some((point) => point !== place && isWithin(point, place));
    },
    // Parts of one mount can be apart as well, as subvolumes are.
    isSame: (one, other) => pointOf(one) === pointOf(other) && BY_DEVICE.isSame(one, other),
    pointOf,
  };
}

const BY_DEVICE: MountPoints = {
  isPoint: (path) => deviceOf(path) !== deviceOf(dirname(real(path))),
  isAbove: () => false,
  isSame: (one, other) => deviceOf(dirname(one)) === deviceOf(dirname(other)),
  pointOf: () => null,
};

/** Of the nearest folder above, when it is not there. */
function deviceOf(path: string): number {
  const at = real(path);
  return lstatSync(at, { throwIfNoEntry: false })?.dev ?? deviceOf(dirname(at));
}

/** Its folder without symbolic links, as far as that is there; what is named itself is not followed. */
function real(path: string): string {
  const parent = dirname(path);
  return parent === path ? path : join(realPathSync(parent), basename(path));
}

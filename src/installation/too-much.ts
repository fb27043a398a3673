/** Folders that are never taken along because a link leads there: nobody means them by it. */
import { readdirSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join, sep } from 'node:path';
import { ancestorsOf, identityAt } from '../io/file-identity.ts';
import { isKernelMount, mountOver, readMounts, type Mount } from '../io/mounts.ts';

/** Where people have their homes. */
const HOMES = ['/home', '/Users'];

export interface Limits {
  /** Why something is not taken, as the end of a sentence; null when it is. */
  readonly refusal: (real: string) => string | null;
  readonly mounts: readonly Mount[];
}

/**
 * @param userDir - without links
 * @param skipFolders - identities of the folders where backups and the engine's state are kept
 */
export function limitsFor(userDir: string, skipFolders: ReadonlySet<string>): Limits {
  const mounts = readMounts();
  const around = new Set(ancestorsOf(dirname(userDir)).map(identityAt));
  const homes = new Set([...ancestorsOf(homedir()), '/root', ...HOMES, ...HOMES.flatMap(childrenOf)].map(identityAt));
  const refusal = (real: string): string | null => {
    const mount = mountOver(real, mounts);
    if (mount !== null && isKernelMount(mount)) return `it lies on a file system of the kernel (${mount.type})`;
    const stat = statSync(real);
    if (stat.isFile()) return null;
    if (!stat.isDirectory()) return 'it is neither a file nor a folder';
    const id = identityAt(real);
    if (id === identityAt('/')) return 'it is the whole machine';
    if (around.has(id)) return 'the user directory lies in it';
    if (homes.has(id)) return 'it is a home directory, or holds some';
    const isOurs = real.split(sep).includes('.nightkeep');
    const lies = ancestorsOf(real).map(identityAt);
    return isOurs || lies.some((each) => each !== null && skipFolders.has(each)) ? 'backups are kept there' : null;
  };
  return { refusal, mounts };
}

function childrenOf(folder: string): string[] {
  try {
    return readdirSync(folder).map((name) => join(folder, name));
  } catch {
    return [];
  }
}

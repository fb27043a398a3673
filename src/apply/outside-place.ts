/** Places outside the user directory. They are told by an archive, so whoever made that may have meant any place of this machine. */
import { homedir } from 'node:os';
import { normalize } from 'node:path';
import { statSync } from 'node:fs';
import { isKernelMount, mountOver, readMounts } from '../io/mounts.ts';
import { isWithin, realPathSync } from '../io/real-path.ts';

/** Folders of the system as such; much of a machine lies below each. */
const OF_THE_SYSTEM =
  /^\/(?:bin|boot|dev|etc|home|lib\w*|media|mnt|opt|proc|root|run|sbin|srv|sys|tmp|usr|var|usr\/local|var\/lib|home\/[^/]+)?$/;

/** Nobody's Node-RED keeps anything there. */
const NEVER = ['/proc', '/sys', '/dev', '/boot', '/bin', '/sbin'];

/** Why nothing may be put there, in a few words; null when it may. */
export function whyUnfit(path: string, userDir: string): string | null {
  if (!path.startsWith('/') || normalize(path) !== path || path.endsWith('/')) return 'it is no plain absolute path';
  return unfit(path, userDir) ?? unfit(realPathSync(path), realPathSync(userDir));
}

function unfit(path: string, userDir: string): string | null {
  if (OF_THE_SYSTEM.test(path) || NEVER.some((folder) => isWithin(path, folder))) return 'it belongs to the system';
  if (isWithin(homedir(), path)) return 'a home lies in it';
  if (isWithin(userDir, path)) return 'the user directory lies in it';
  if (isWithin(path, userDir)) return 'it lies in the user directory';
  const mount = mountOver(path, readMounts());
  return mount !== null && isKernelMount(mount) ? 'it belongs to the kernel' : null;
}

/** What a path leads to; null when that is nowhere, or in a circle. */
export function leadsTo(path: string): 'folder' | 'file' | null {
  try {
    const stat = statSync(path);
    if (stat.isDirectory()) return 'folder';
    return stat.isFile() ? 'file' : null;
  } catch {
    return null;
  }
}

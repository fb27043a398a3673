/** The mounts of this machine, as Linux tells them; elsewhere none are known. */
import { readFileSync } from 'node:fs';
import { isWithin } from './real-path.ts';

export interface Mount {
  /** Absolute: where it is seen. */
  readonly point: string;
  /** Of the file system, e.g. `ext4`, `nfs4` or `fuse.sshfs`. */
  readonly type: string;
}

/** What holds no files that anybody has put there. */
const KERNEL = new Set([
  ...['proc', 'sysfs', 'devtmpfs', 'devpts', 'cgroup', 'cgroup2', 'debugfs', 'tracefs', 'securityfs', 'pstore', 'bpf'],
  ...[
    'efivarfs',
    'mqueue',
    'hugetlbfs',
    'configfs',
    'fusectl',
    'binfmt_misc',
    'selinuxfs',
    'autofs',
    'nsfs',
    'rpc_pipefs',
  ],
]);
const NETWORK =
  /^(?:nfs|cifs|smb|ceph|afs|9p$|ncp|lustre|gluster|davfs|fuse\.(?:sshfs|rclone|davfs|s3fs|gluster|ceph|smb|curlftp|nfs|goofys|gcsfuse|gvfsd))/;

/** @param file - as in `proc_pid_mountinfo(5)` */
export function readMounts(file = '/proc/self/mountinfo'): readonly Mount[] {
  try {
    return readFileSync(file, 'utf8').split('\n').flatMap(mountOf);
  } catch {
    return [];
  }
}

function mountOf(line: string): Mount[] {
  const [front = '', back] = line.split(' - ');
  const point = front.split(' ')[4];
  const type = back?.split(' ')[0];
  if (point === undefined || type === undefined) return [];
  // Blanks and the like are written as three octal digits.
  const octal = (_: string, digits: string): string => String.fromCharCode(Number.parseInt(digits, 8));
  return [{ point: point.replace(/\\([0-7]{3})/g, octal), type }];
}

/** The mount that a path lies on; null when it is not known. Of two at one place, the later hides the other. */
export function mountOver(path: string, mounts: readonly Mount[]): Mount | null {
  const over = mounts.filter(({ point }) => isWithin(path, point));
  return over.reduce<Mount | null>(
    (best, mount) => (best === null || mount.point.length >= best.point.length ? mount : best),
    null,
  );
}

export function isKernelMount({ type, point }: Mount): boolean {
  // In a container /dev is a plain file system in memory.
  return KERNEL.has(type) || point === '/dev';
}

export function isNetworkMount({ type }: Mount): boolean {
  return NETWORK.test(type);
}

import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';

/** Lets `work` have a disk of 4 MiB at `path`, which is not there yet. Needs root. */
export async function withSmallDisk(path: string, work: (path: string) => Promise<void>): Promise<void> {
  mkdirSync(path);
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=4m', 'nightkeep-test', path]);
  try {
    await work(path);
  } finally {
    execFileSync('umount', [path]);
  }
}

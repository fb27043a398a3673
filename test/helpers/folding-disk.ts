import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdirSync, openSync } from 'node:fs';
import { join } from 'node:path';

const SERVER = join(import.meta.dirname, 'folding-disk/serve.ts');

/**
 * Lets `work` have a disk at `path`, which is not there yet, to which `A` and `a` are one name, and so are the forms of `ä`. Needs
 * root. It is a file system of our own behind /dev/fuse, for not every kernel can mount one of those that exist.
 */
export async function withFoldingDisk(path: string, work: (path: string) => Promise<void>): Promise<void> {
  mkdirSync(path);
  const device = openSync('/dev/fuse', 'r+');
  const server = spawn(process.execPath, [SERVER], { stdio: ['ignore', 'inherit', 'inherit', device] });
  const ended = once(server, 'exit');
  try {
    const options = 'fd=3,rootmode=40000,user_id=0,group_id=0';
    const stdio = ['ignore', 'inherit', 'inherit', device] as const;
    try {
      execFileSync('mount', ['-i', '-t', 'fuse', '-o', options, 'nightkeep-test', path], { stdio: [...stdio] });
    } finally {
      // When the server has the only one left and dies, calls to the disk fail instead of waiting for ever.
      closeSync(device);
    }
    try {
      await work(path);
    } finally {
      execFileSync('umount', [path]);
    }
    await ended;
  } finally {
    server.kill();
  }
}

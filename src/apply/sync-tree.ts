import { lstatSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { nextTurn } from '../clock.ts';
import { systemCode } from '../errors.ts';
import { fsyncPath } from '../io/fsync.ts';

/** Makes a file, or a folder with all below it, survive a power cut. Links and what may not be opened are passed over. */
export async function syncTree(path: string): Promise<void> {
  const stat = lstatSync(path);
  if (stat.isDirectory()) {
    for (const name of readdirSync(path)) await syncTree(join(path, name));
    await nextTurn();
  }
  if (stat.isDirectory() || stat.isFile()) syncOne(path);
}

function syncOne(path: string): void {
  try {
    fsyncPath(path);
  } catch (error) {
    if (systemCode(error) !== 'EACCES') throw error;
  }
}

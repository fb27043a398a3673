import { closeSync, fsyncSync, lstatSync, openSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { nextTurn } from '../clock.ts';
import { systemCode } from '../errors.ts';

const CANNOT_SYNC: readonly string[] = ['EINVAL', 'ENOTSUP', 'EPERM', 'EISDIR', 'ENOSYS', 'EACCES'];

/** Makes a file, or a folder with all below it, survive a power cut. Links and what cannot be opened are passed over. */
export async function syncTree(path: string): Promise<void> {
  const stat = lstatSync(path);
  if (stat.isDirectory()) {
    for (const name of readdirSync(path)) await syncTree(join(path, name));
    await nextTurn();
  }
  if (stat.isDirectory() || stat.isFile()) syncOne(path);
}

function syncOne(path: string): void {
  let handle: number | null = null;
  try {
    handle = openSync(path, 'r');
    fsyncSync(handle);
  } catch (error) {
    if (!CANNOT_SYNC.includes(systemCode(error) ?? '')) throw error;
  } finally {
    if (handle !== null) closeSync(handle);
  }
}

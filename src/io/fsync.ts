import { closeSync, fsyncSync, openSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { systemCode } from '../errors.ts';

/** File systems that cannot sync a folder answer with one of these; there is nothing better to do there. */
const CANNOT_SYNC = new Set(['EINVAL', 'ENOTSUP', 'EPERM', 'EISDIR', 'ENOSYS']);

/** Makes renames and removals in a folder survive a power cut. */
export async function fsyncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } catch (error) {
    if (!cannotSync(error)) throw error;
  } finally {
    await handle.close();
  }
}

/** Makes a file, or renames and removals in a folder, survive a power cut. */
export function fsyncPath(path: string): void {
  const handle = openSync(path, 'r');
  try {
    fsyncSync(handle);
  } catch (error) {
    if (!cannotSync(error)) throw error;
  } finally {
    closeSync(handle);
  }
}

function cannotSync(error: unknown): boolean {
  return CANNOT_SYNC.has(systemCode(error) ?? '');
}

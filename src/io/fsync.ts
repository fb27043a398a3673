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
    const code = systemCode(error);
    if (code === null || !CANNOT_SYNC.has(code)) throw error;
  } finally {
    await handle.close();
  }
}

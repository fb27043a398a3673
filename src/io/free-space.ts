import { statfs } from 'node:fs/promises';

/** Bytes that this user can still write in the file system of `path`. */
export async function freeSpace(path: string): Promise<number> {
  const stats = await statfs(path);
  return stats.bavail * stats.bsize;
}

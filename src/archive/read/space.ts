import { statfsSync } from 'node:fs';
import { BackupError, systemCode } from '../../errors.ts';
import { formatBytes } from '../../io/format-bytes.ts';
import type { Selection } from './selection.ts';

function freeSpace(path: string): number {
  const { bavail, bsize } = statfsSync(path);
  return bavail * bsize;
}

function noSpace(
  target: string,
  figures: { readonly free: number; readonly needed: number },
  cause?: unknown,
): BackupError {
  const { free, needed } = figures;
  const text =
    `Not enough space to restore to ${target}: ${formatBytes(needed)} are needed, ${formatBytes(free)} are free. ` +
    'Nothing was changed. Free some space, or restore to another folder.';
  return new BackupError('no_space', text, { cause, data: { free, needed } });
}

/**
 * @param path - on the file system of the target
 * @returns bytes that will be written at least
 * @throws BackupError `no_space`
 */
export async function checkSpace(path: string, selection: Selection): Promise<number> {
  const free = freeSpace(path);
  if (free >= selection.bytes) return selection.bytes;
  const needed = await selection.leastBytes();
  if (free < needed) throw noSpace(path, { free, needed });
  return needed;
}

/** A full disk, with its figures; any other error as it is. */
export function explainFullDisk(
  error: unknown,
  { target, path, needed }: { readonly target: string; readonly path: string; readonly needed: number },
): unknown {
  const code = systemCode(error);
  if (code !== 'ENOSPC' && code !== 'EDQUOT') return error;
  return noSpace(target, { free: freeSpace(path), needed }, error);
}

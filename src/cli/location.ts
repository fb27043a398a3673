import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { BackupError, systemCode } from '../index.ts';
import { UsageError } from './usage-error.ts';

/** @returns the absolute folder of a LOCATION */
export function parseLocation(location: string): string {
  const scheme = /^([a-z][a-z0-9+.-]*):\/\//i.exec(location)?.[1];
  if (scheme !== undefined) {
    throw new UsageError(`This version stores backups in folders only; ${scheme}:// is not a folder of this machine.`);
  }
  return resolve(location);
}

/** The same for a command that only reads: a folder that is not there is not made. */
export async function existingLocation(location: string): Promise<string> {
  const folder = parseLocation(location);
  try {
    if ((await stat(folder)).isDirectory()) return folder;
  } catch (error) {
    if (systemCode(error) === 'ENOENT') throw notThere(folder, 'is not there');
    throw new BackupError('agent_unreachable', `${folder} cannot be opened: check the path and its permissions.`, {
      cause: error,
    });
  }
  throw notThere(folder, 'is not a folder');
}

function notThere(folder: string, what: string): BackupError {
  return new BackupError('agent_unreachable', `${folder} ${what}: check the path, or mount it first.`);
}

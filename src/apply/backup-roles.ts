/** From `backup.json`, which comes from outside, to the roles of members. */
import { BackupError } from '../errors.ts';
import {
  isMemberName,
  nodeRedSourceIn,
  recordedContent,
  type HeaderFields,
} from '../installation/content/recorded-content.ts';
import { isObject } from '../io/json-file.ts';
import type { BackupRoles } from './journal.ts';

export type BackupHeaderFields = HeaderFields;

/** @throws BackupError `restore_failed` when it is no backup of a Node-RED */
export function bounded(header: BackupHeaderFields): BackupRoles {
  const [recorded, source] = [recordedContent(header), nodeRedSourceIn(header)];
  if (recorded === null || source === null) {
    throw new BackupError('restore_failed', 'This backup holds no Node-RED user directory. Restore it to a folder.');
  }
  const outside = Array.isArray(source['outside']) ? source['outside'].filter(isObject) : [];
  return {
    ...recorded,
    outside: outside.flatMap(({ role, path, member }) =>
      typeof role === 'string' && typeof path === 'string' && isMemberName(member) ? [{ role, path, member }] : [],
    ),
  };
}

/** From `backup.json`, which comes from outside, to the roles of members. */
import { isObject } from '../io/json-file.ts';
import { BackupError } from '../errors.ts';
import type { BackupRoles } from './journal.ts';

export type BackupHeaderFields = Readonly<Record<string, unknown>>;

const LABEL = 'node-red';
const MEMBER = /^node-red(?:-outside)?\/(?!.*(?:^|\/)\.\.?(?:\/|$))[^\0]+$/;

/** @throws BackupError `restore_failed` when it is no backup of a Node-RED */
export function bounded({ sources }: BackupHeaderFields): BackupRoles {
  const all: readonly unknown[] = Array.isArray(sources) ? sources : [];
  const source = all.filter(isObject).find(({ label }) => label === LABEL);
  if (source === undefined) {
    throw new BackupError('restore_failed', 'This backup holds no Node-RED user directory. Restore it to a folder.');
  }
  const outside = Array.isArray(source['outside']) ? source['outside'].filter(isObject) : [];
  return {
    flowFile: member(source['flow_file']),
    credentialSecret: member(source['credential_secret']),
    outside: outside.flatMap(({ role, path, member: name }) => {
      const known = member(name);
      return known === null || typeof role !== 'string' || typeof path !== 'string'
        ? []
        : [{ role, path, member: known }];
    }),
  };
}

function member(value: unknown): string | null {
  return typeof value === 'string' && MEMBER.test(value) ? value : null;
}

/** From `backup.json`, which comes from outside, to the roles of members. */
import { isObject } from '../io/json-file.ts';
import { BackupError } from '../errors.ts';
import { isOurs } from './compose.ts';
import type { BackupRoles, OutsideEntry } from './journal.ts';

export type BackupHeaderFields = Readonly<Record<string, unknown>>;

const LABEL = 'node-red';
const MEMBER = /^node-red(?:-outside)?\/(?!.*(?:^|\/)\.\.?(?:\/|$))[^\0]+$/;
/** A name below the user directory. */
const LINK = /^(?!\/)(?!.*(?:^|\/)\.\.?(?:\/|$))(?!.*\/\/)[^\p{Cc}]{1,1000}(?<!\/)$/u;
const PATH = /^\/[^\p{Cc}]{0,4000}$/u;
const ROLES: readonly string[] = [
  'settings',
  'flows',
  'credentials',
  'projects',
  'context',
  'library',
  'required',
  'module',
];
const MOST_ENTRIES = 1000;

/** @throws BackupError `restore_failed` when it is no backup of a Node-RED */
export function bounded({ sources }: BackupHeaderFields): BackupRoles {
  const all: readonly unknown[] = Array.isArray(sources) ? sources : [];
  const source = all.filter(isObject).find(({ label }) => label === LABEL);
  if (source === undefined) {
    throw new BackupError('restore_failed', 'This backup holds no Node-RED user directory. Restore it to a folder.');
  }
  const listed = Array.isArray(source['outside']) ? source['outside'].filter(isObject).slice(0, MOST_ENTRIES) : [];
  const outside = listed.map(entryOf);
  return {
    flowFile: member(source['flow_file']),
    credentialSecret: member(source['credential_secret']),
    outside: outside.filter((entry): entry is OutsideEntry => typeof entry !== 'string'),
    unknown: outside.filter((entry): entry is string => typeof entry === 'string' && entry !== ''),
  };
}

/** Of one that is not understood, only the name of the member. */
function entryOf({
  role,
  path,
  member: given,
  link: through,
}: Readonly<Record<string, unknown>>): OutsideEntry | string {
  const name = member(given);
  if (name === null || /\p{Cc}/u.test(name)) return '';
  if (typeof role !== 'string' || !ROLES.includes(role)) return name;
  if (typeof path !== 'string' || !PATH.test(path)) return name;
  if (through === undefined) return { role, path, member: name };
  if (typeof through !== 'string' || !LINK.test(through) || isOurs(through.split('/')[0] ?? '')) return name;
  const entry: OutsideEntry = { role, path, member: name, link: through };
  return entry;
}

function member(value: unknown): string | null {
  return typeof value === 'string' && MEMBER.test(value) ? value : null;
}

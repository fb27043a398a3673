/** From `backup.json`, which comes from outside, to the roles of members. */
import { BackupError } from '../errors.ts';
import {
  isMemberName,
  nodeRedSourceIn,
  recordedContent,
  type HeaderFields,
} from '../installation/content/recorded-content.ts';
import { isObject } from '../io/json-file.ts';
import { isOurs } from './compose.ts';
import type { BackupRoles, OutsideEntry } from './journal.ts';

export type BackupHeaderFields = HeaderFields;

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
export function bounded(header: BackupHeaderFields): BackupRoles {
  const [recorded, source] = [recordedContent(header), nodeRedSourceIn(header)];
  if (recorded === null || source === null) {
    throw new BackupError('restore_failed', 'This backup holds no Node-RED user directory. Restore it to a folder.');
  }
  const listed = Array.isArray(source['outside']) ? source['outside'].filter(isObject).slice(0, MOST_ENTRIES) : [];
  const outside = listed.map(entryOf);
  return {
    ...recorded,
    outside: outside.filter((entry): entry is OutsideEntry => typeof entry !== 'string'),
    unknown: outside.filter((entry): entry is string => typeof entry === 'string' && entry !== ''),
  };
}

/** Of one that is not understood, only the name of the member. */
function entryOf(fields: HeaderFields): OutsideEntry | string {
  const { role, path, member, link: through } = fields;
  if (!isMemberName(member) || /\p{Cc}/u.test(member)) return '';
  if (typeof role !== 'string' || !ROLES.includes(role)) return member;
  if (typeof path !== 'string' || !PATH.test(path)) return member;
  const entry: OutsideEntry = { role, path, member };
  if (through === undefined) return entry;
  const isLink = typeof through === 'string' && LINK.test(through) && !isOurs(through.split('/')[0] ?? '');
  if (!isLink) return member;
  const linked: OutsideEntry = { ...entry, link: through };
  return linked;
}

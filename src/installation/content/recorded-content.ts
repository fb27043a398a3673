/** What `backup.json`, which comes from outside, says of the Node-RED whose backup it is. */
import { BackupError } from '../../errors.ts';
import { isObject } from '../../io/json-file.ts';

export type HeaderFields = Readonly<Record<string, unknown>>;

/** Names of members; null for what was not there. */
export interface RecordedProject {
  readonly name: string;
  readonly flowFile: string | null;
  readonly credentialsFile: string | null;
}

/** Names of members that have a role. What is left out was not said, as by backups of 0.1. */
export interface RecordedContent {
  /** The flow file of the settings; null when it is not said which it is, or there is none. */
  readonly flowFile: string | null;
  readonly credentialsFile?: string | null;
  /** Holds what credentials are encrypted with. */
  readonly credentialSecret: string | null;
  /** The active project; null when none was. */
  readonly project?: RecordedProject | null;
  /** Whether it is known which flow file was in force, so that there was none where none is named. */
  readonly isFlowFileKnown?: boolean;
  /** Names of the settings that kept strangers out. */
  readonly logins?: readonly string[];
}

/** Of the user directory. */
export const USER_DIR = 'node-red';
const MEMBER = /^(?!.*\/\.\.?(?:\/|$))node-red(?:-outside)?\/[^\0]+$/;

/** The source that is a Node-RED; null when there is none. */
export function nodeRedSourceIn({ sources }: HeaderFields): HeaderFields | null {
  const all: readonly unknown[] = Array.isArray(sources) ? sources : [];
  return all.filter(isObject).find(({ label }) => label === USER_DIR) ?? null;
}

/**
 * @returns null for a backup of something else
 * @throws BackupError `archive_corrupt`
 */
export function recordedContent(header: HeaderFields): RecordedContent | null {
  const source = nodeRedSourceIn(header);
  if (source === null) return null;
  const { installation } = header;
  const files = {
    flowFile: memberIn(source, 'flow_file'),
    credentialsFile: memberIn(source, 'credentials_file'),
    credentialSecret: memberIn(source, 'credential_secret'),
  };
  if (!isObject(installation)) return files;
  const { project, logins } = installation;
  return {
    ...files,
    project: isObject(project) ? recordedProject(project) : null,
    isFlowFileKnown: typeof installation['flow_file'] === 'string',
    logins: Array.isArray(logins) ? logins.filter((name) => typeof name === 'string') : [],
  };
}

function recordedProject(fields: HeaderFields): RecordedProject {
  const { name } = fields;
  return {
    name: typeof name === 'string' ? name : '',
    flowFile: memberIn(fields, 'flow_file'),
    credentialsFile: memberIn(fields, 'credentials_file'),
  };
}

function memberIn(fields: HeaderFields, key: string): string | null {
  const value = fields[key] ?? null;
  if (value === null || isMemberName(value)) return value;
  throw new BackupError('archive_corrupt', `backup.json: ${key} is not the name of a member.`);
}

export function isMemberName(value: unknown): value is string {
  return typeof value === 'string' && MEMBER.test(value);
}

/** A backup record as it comes from outside: checked and bounded. See docs/format.md, section 5. */
import {
  booleanField,
  choiceField,
  countField,
  InvalidField,
  listField,
  nullableTextField,
  objectField,
  textField,
} from './bounded-fields.ts';
import type { Fields } from './bounded-fields.ts';
import { parseIso } from './clock.ts';
import { isBackupId, ownerOfArchive } from './backup-names.ts';
import type { BackupRecord, ExtraValue, FailedFile, FailedFiles, NodeRedVersions, SourceSummary } from './model.ts';

/** The bounds that requests are held to as well. */
export const RECORD_LIMITS = {
  name: 255,
  id: 255,
  path: 4096,
  message: 4096,
  sources: 1000,
  failedFiles: 100,
  extraKeys: 32,
  extraKey: 255,
  extraText: 1024,
} as const;

function isoField(fields: Fields, key: string): string {
  const value = textField(fields, key, 64);
  if (!/^\d{4}-\d\d-\d\dT/.test(value) || Number.isNaN(parseIso(value))) {
    throw new InvalidField(`${key} is not an ISO 8601 time`);
  }
  return value;
}

function hashField(fields: Fields, key: string): string {
  const value = textField(fields, key, 64);
  if (!/^[0-9a-f]{64}$/.test(value)) throw new InvalidField(`${key} is not a sha256 in lower-case hex`);
  return value;
}

function failedFile(fields: Fields): FailedFile {
  return {
    path: textField(fields, 'path', RECORD_LIMITS.path * 4),
    reason: choiceField(fields, 'reason', ['vanished', 'changed', 'unreadable']),
    message: textField(fields, 'message', RECORD_LIMITS.message * 4),
  };
}

function failedFiles(fields: Fields): FailedFiles {
  return {
    count: countField(fields, 'count'),
    list: listField(fields, 'list', RECORD_LIMITS.failedFiles).map(failedFile),
  };
}

function source(fields: Fields): SourceSummary {
  const label = textField(fields, 'label', RECORD_LIMITS.id);
  return fields['path'] === undefined ? { label } : { label, path: textField(fields, 'path', RECORD_LIMITS.path) };
}

function nodeRed(fields: Fields): NodeRedVersions | null {
  if (fields['node_red'] === null) return null;
  const versions = objectField(fields, 'node_red');
  return { version: textField(versions, 'version', 64), node: textField(versions, 'node', 64) };
}

/** What is wrong with an `extra`, null when nothing is. */
export function extraProblem(extra: Fields): string | null {
  const entries = Object.entries(extra);
  if (entries.length > RECORD_LIMITS.extraKeys) return `has more than ${String(RECORD_LIMITS.extraKeys)} keys`;
  for (const [key, value] of entries) {
    if (key.length > RECORD_LIMITS.extraKey)
      return `has a key of more than ${String(RECORD_LIMITS.extraKey)} characters`;
    if (!isExtraValue(value)) return `has a "${key}" that is no text, number or boolean`;
    if (typeof value === 'string' && value.length > RECORD_LIMITS.extraText) {
      return `has a "${key}" of more than ${String(RECORD_LIMITS.extraText)} characters`;
    }
  }
  return null;
}

function isExtraValue(value: unknown): value is ExtraValue {
  return (
    typeof value === 'string' || typeof value === 'boolean' || (typeof value === 'number' && Number.isFinite(value))
  );
}

function extra(fields: Fields): Record<string, ExtraValue> {
  const object = objectField(fields, 'extra');
  const problem = extraProblem(object);
  if (problem !== null) throw new InvalidField(`extra ${problem}`);
  return Object.fromEntries(
    Object.entries(object).filter((entry): entry is [string, ExtraValue] => isExtraValue(entry[1])),
  );
}

function identity(fields: Fields): Pick<BackupRecord, 'file' | 'backup_id'> {
  const backupId = textField(fields, 'backup_id', 64);
  if (!isBackupId(backupId)) throw new InvalidField('backup_id is not of the form of one');
  const file = textField(fields, 'file', 255);
  if (ownerOfArchive(file) !== backupId) throw new InvalidField('file is not the name of an archive of this backup');
  return { file, backup_id: backupId };
}

function makerOf(
  fields: Fields,
): Pick<BackupRecord, 'instance_id' | 'instance_name' | 'plan_id' | 'plan_name' | 'automatic' | 'node_red'> {
  return {
    instance_id: textField(fields, 'instance_id', RECORD_LIMITS.id),
    instance_name: textField(fields, 'instance_name', RECORD_LIMITS.name),
    plan_id: textField(fields, 'plan_id', RECORD_LIMITS.id),
    plan_name: textField(fields, 'plan_name', RECORD_LIMITS.name),
    automatic: booleanField(fields, 'automatic'),
    node_red: nodeRed(fields),
  };
}

/**
 * Checks a record of a known format and drops what it does not know.
 *
 * @throws InvalidField
 */
export function parseRecord(fields: Fields): BackupRecord {
  return {
    format: countField(fields, 'format'),
    ...identity(fields),
    name: textField(fields, 'name', RECORD_LIMITS.name),
    date: isoField(fields, 'date'),
    size: countField(fields, 'size'),
    sha256: hashField(fields, 'sha256'),
    protected: booleanField(fields, 'protected'),
    compression: choiceField(fields, 'compression', ['zstd', 'gzip', 'none']),
    files: countField(fields, 'files'),
    bytes: countField(fields, 'bytes'),
    failed_files: failedFiles(objectField(fields, 'failed_files')),
    sources: listField(fields, 'sources', RECORD_LIMITS.sources).map(source),
    contains_secrets: booleanField(fields, 'contains_secrets'),
    ...makerOf(fields),
    expires: nullableTextField(fields, 'expires', 64) === null ? null : isoField(fields, 'expires'),
    pinned: booleanField(fields, 'pinned'),
    extra: extra(fields),
  };
}

/** Says in a record that nobody has looked into the archive. */
export const UNCHECKED = 'unchecked';

export function isUnchecked({ extra }: BackupRecord): boolean {
  return extra[UNCHECKED] === true;
}

/** A copy that is to be tried again, as it lies on disk. Its content is checked and bounded when it is read. */
import { isBackupId } from '../backup-names.ts';
import {
  booleanField,
  countField,
  InvalidField,
  nullableTextField,
  objectField,
  textField,
  timeField,
} from '../bounded-fields.ts';
import type { SerializedError } from '../errors.ts';
import { isObject } from '../io/json-file.ts';
import type { AgentId, BackupId } from '../model.ts';
import { parseError } from './parse-state.ts';

const VERSION = 1;
const ID = 4096;
const MESSAGE = 4096;

/** Data of the job alone: never a message, a setting or a secret. Times are ISO with the local offset. */
export interface StoredCopy {
  readonly backup_id: BackupId;
  readonly agent_id: AgentId;
  readonly node_id: string | null;
  readonly automatic: boolean;
  /** A location that is known to hold the backup. */
  readonly from: AgentId | null;
  /** For people, when neither the backup nor the location can be asked. */
  readonly name: string;
  readonly agent_name: string | null;
  readonly since: string;
  readonly until: string;
  /** Tries that were begun. */
  readonly tries: number;
  readonly next_try: string;
  /** Null until a try has failed. */
  readonly last_error: SerializedError | null;
}

export function formatStoredCopy(copy: StoredCopy): string {
  const { last_error: error } = copy;
  const last_error = error === null ? null : { ...error, message: error.message.slice(0, MESSAGE) };
  return `${JSON.stringify({ version: VERSION, ...copy, last_error }, null, 2)}\n`;
}

/** @throws InvalidField */
export function parseStoredCopy(value: unknown): StoredCopy {
  if (!isObject(value)) throw new InvalidField('it is not a JSON object');
  if (countField(value, 'version') !== VERSION) throw new InvalidField('version is not one that is known');
  const backup_id = textField(value, 'backup_id', 64);
  if (!isBackupId(backup_id)) throw new InvalidField('backup_id is not the id of a backup');
  return {
    backup_id,
    agent_id: textField(value, 'agent_id', ID),
    node_id: nullableTextField(value, 'node_id', ID),
    automatic: booleanField(value, 'automatic'),
    from: nullableTextField(value, 'from', ID),
    name: textField(value, 'name', ID),
    agent_name: nullableTextField(value, 'agent_name', ID),
    since: timeField(value, 'since'),
    until: timeField(value, 'until'),
    tries: countField(value, 'tries'),
    next_try: timeField(value, 'next_try'),
    last_error: value['last_error'] === null ? null : parseError(objectField(value, 'last_error')),
  };
}

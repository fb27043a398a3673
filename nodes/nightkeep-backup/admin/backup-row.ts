/** A backup as lists show it: without paths, so that a list of thousands stays small. */
import type { BackupRecord, MergedRecord } from '../../../src/index.ts';

const SHOWN = [
  'backup_id',
  'name',
  'date',
  'size',
  'bytes',
  'files',
  'protected',
  'contains_secrets',
  'plan_id',
  'plan_name',
  'instance_id',
  'instance_name',
  'automatic',
  'expires',
  'pinned',
] as const;

export interface BackupRow extends Pick<BackupRecord, (typeof SHOWN)[number]> {
  /** How many. */
  readonly failed_files: number;
}

export interface ListedBackup extends BackupRow {
  /** By location; the name is that of the location. */
  readonly agents: MergedRecord['agents'];
}

export function rowOf(record: BackupRecord): BackupRow {
  const shown = Object.fromEntries(SHOWN.map((key) => [key, record[key]])) as unknown as BackupRow;
  return { ...shown, failed_files: record.failed_files.count };
}

export function listedRow(record: MergedRecord): ListedBackup {
  return { ...rowOf(record), agents: record.agents };
}

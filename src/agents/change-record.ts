import { parseIso } from '../clock.ts';
import { BackupError } from '../errors.ts';
import type { BackupRecord } from '../model.ts';
import type { RecordChanges } from './agent.ts';

/** @throws BackupError `invalid_request` when a change cannot stand in a record */
export function changeRecord(record: BackupRecord, changes: RecordChanges): BackupRecord {
  const { pinned = record.pinned, expires = record.expires } = changes;
  if (expires !== null && Number.isNaN(parseIso(expires))) {
    throw new BackupError('invalid_request', `expires: "${expires}" is not an ISO 8601 time. Give one, or null.`);
  }
  return { ...record, pinned, expires };
}

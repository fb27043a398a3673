/** Tells which files of a location make complete backups and which of ours do not. Pure. */
import { ownerOfArchive, sidecarName } from '../backup-names.ts';
import { parseIso } from '../clock.ts';
import type { BackupId, BackupRecord, BrokenEntry } from '../model.ts';
import type { AgentListing } from './agent.ts';
import type { StoredFile } from './file-store.ts';
import type { SidecarReading } from './sidecar.ts';

/** Why a record's backup is not complete; null when it is. */
export function archiveProblem(record: BackupRecord, size: number | null): BrokenEntry | null {
  if (size === record.size) return null;
  const { file, backup_id } = record;
  if (size === null) {
    return { file, backup_id, reason: 'archive_missing', message: `The archive ${file} is not there.` };
  }
  const message = `The archive ${file} has ${String(size)} bytes instead of ${String(record.size)}.`;
  return { file, backup_id, reason: 'archive_incomplete', message };
}

/**
 * @param files - those whose names are part of a backup
 * @param sidecars - by backup id, of every sidecar that could be read
 */
export function classify(files: readonly StoredFile[], sidecars: ReadonlyMap<BackupId, SidecarReading>): AgentListing {
  const sizes = new Map(files.map(({ name, size }) => [name, size]));
  const records: BackupRecord[] = [];
  const broken: BrokenEntry[] = [];
  const claimed = new Set<string>();
  for (const [backup_id, reading] of sidecars) {
    if (reading.kind !== 'record') {
      broken.push({ file: sidecarName(backup_id), backup_id, reason: reading.kind, message: reading.message });
      continue;
    }
    const { record } = reading;
    const problem = archiveProblem(record, sizes.get(record.file) ?? null);
    claimed.add(record.file);
    if (problem === null) records.push(record);
    else broken.push(problem);
  }
  const broke = new Set(broken.map(({ backup_id }) => backup_id));
  for (const { name } of files) {
    const backup_id = ownerOfArchive(name);
    // The archive of a sidecar that cannot be used was told of with it.
    if (backup_id === null || claimed.has(name) || broke.has(backup_id)) continue;
    const message = `The archive ${name} has no sidecar: its backup was not finished, or the sidecar was removed.`;
    broken.push({ file: name, backup_id, reason: 'sidecar_missing', message });
  }
  return { records: newestFirst(records), broken };
}

/** By date; of the same moment, by id. */
export function newestFirst<T extends BackupRecord>(records: readonly T[]): readonly T[] {
  const dated = records.map((record) => ({ record, ms: parseIso(record.date) }));
  dated.sort((a, b) => b.ms - a.ms || (a.record.backup_id < b.record.backup_id ? 1 : -1));
  return dated.map(({ record }) => record);
}

/** What is known of a backup that somebody brought: by what is in it, or, where nobody here can open it, by its name. */
import { archiveName, isBackupId, ownerOfArchive } from '../../backup-names.ts';
import { InvalidField, type Fields } from '../../bounded-fields.ts';
import { isoLocal, parseIso } from '../../clock.ts';
import { BackupError } from '../../errors.ts';
import { FORMAT_VERSION } from '../../model.ts';
import type { BackupRecord, Compression } from '../../model.ts';
import { parseRecord, RECORD_LIMITS, UNCHECKED } from '../../record.ts';

/** An archive file that came from outside. */
export interface Received {
  /** As its owner calls it. */
  readonly fileName: string;
  readonly size: number;
  readonly sha256: string;
  readonly protected: boolean;
  readonly compression: Compression;
}

/** What was found in it. */
export interface Contents {
  /** Of `backup.json`, not checked. */
  readonly header: Fields;
  readonly files: number;
  readonly bytes: number;
  readonly failed: number;
}

/** @throws BackupError `archive_corrupt` when `backup.json` is not one of ours */
export function recordFromContents(received: Received, { header, files, bytes, failed }: Contents): BackupRecord {
  const { size, sha256, protected: isProtected, compression } = received;
  const backupId = typeof header['backup_id'] === 'string' ? header['backup_id'] : '';
  const sources: readonly unknown[] = Array.isArray(header['sources']) ? header['sources'] : [];
  const known = { ...header, size, sha256, protected: isProtected, compression, files, bytes };
  const name = typeof header['name'] === 'string' ? header['name'] : '';
  try {
    if (!isBackupId(backupId)) throw new InvalidField('backup_id is not of the form of one');
    return parseRecord({
      ...known,
      file: archiveName(backupId, name, received),
      sources: sources.map((source) => summaryOf(source, isProtected)),
      failed_files: { count: failed, list: [] },
      contains_secrets: sources.some((source) => fieldsOf(source)['kind'] === 'node-red'),
      expires: null,
      pinned: false,
    });
  } catch (error) {
    if (!(error instanceof InvalidField)) throw error;
    throw new BackupError('archive_corrupt', `backup.json of the archive is not in order: ${error.message}.`);
  }
}

function summaryOf(source: unknown, isProtected: boolean): Fields {
  const { label, path } = fieldsOf(source);
  return isProtected ? { label } : { label, path };
}

function fieldsOf(value: unknown): Fields {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}

/**
 * Of an archive that cannot be opened here.
 *
 * @throws BackupError `invalid_request` when its name does not say which backup it is
 */
export function recordFromName(received: Received): BackupRecord {
  const { fileName, size, sha256, compression } = received;
  const backupId = ownerOfArchive(fileName);
  if (backupId === null) {
    const what = `${fileName} cannot be decrypted here, and its name does not say which backup it is.`;
    throw new BackupError('invalid_request', `${what} Deploy its key first, or give it the name that it had.`);
  }
  const [, name = 'backup'] = fileName.split('.');
  return {
    ...{ format: FORMAT_VERSION, file: archiveName(backupId, name, received), backup_id: backupId, name },
    date: isoLocal(momentOf(backupId)),
    ...{ size, sha256, protected: true, compression, files: 0, bytes: 0 },
    ...{ failed_files: { count: 0, list: [] }, sources: [], contains_secrets: true },
    ...{ instance_id: 'unknown', instance_name: 'unknown', plan_id: 'received', plan_name: 'received' },
    ...{ automatic: false, node_red: null, expires: null, pinned: false, extra: { [UNCHECKED]: true } },
  };
}

/** @throws BackupError `invalid_request` for an id that stands for no time */
function momentOf(backupId: string): number {
  const [, year = '', month = '', day = '', hour = '', minute = '', second = ''] =
    /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z/.exec(backupId) ?? [];
  const ms = parseIso(`${year}-${month}-${day}T${hour}:${minute}:${second}.000Z`);
  if (!Number.isNaN(ms)) return ms;
  throw new BackupError('invalid_request', `${backupId} is not the id of a backup: it stands for no time.`);
}

/** As people see it: the last part of what a browser or a program says, without what cannot be shown. */
export function shownFileName(text: string): string {
  const last = text.split(/[\\/]/).at(-1) ?? '';
  const shown = last.replace(/\p{Cc}|\p{Cf}|\p{Cs}/gu, '').trim();
  return shown === '' ? 'backup' : shown.slice(0, RECORD_LIMITS.name);
}

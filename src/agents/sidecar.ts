/** The sidecar of a backup: its record as a JSON file. What is read comes from outside. See docs/format.md, section 5. */
import { InvalidField } from '../bounded-fields.ts';
import { isObject, parseJsonBytes } from '../io/json-file.ts';
import { FORMAT_VERSION } from '../model.ts';
import type { BackupId, BackupRecord } from '../model.ts';
import { parseRecord } from '../record.ts';

export const SIDECAR_MAX_BYTES = 262_144;

export interface SidecarRecord {
  readonly kind: 'record';
  readonly record: BackupRecord;
  /** Those of the file as they stand, also the ones that this version does not know. */
  readonly fields: Readonly<Record<string, unknown>>;
}

export type SidecarReading =
  SidecarRecord | { readonly kind: 'sidecar_invalid' | 'unsupported_format'; readonly message: string };

/** @param fields - fields of the file that is replaced; those that this version does not know are kept */
export function formatSidecar(record: BackupRecord, fields: Readonly<Record<string, unknown>> = {}): string {
  return `${JSON.stringify({ ...fields, ...record }, null, 2)}\n`;
}

const invalid = (text: string): SidecarReading => ({
  kind: 'sidecar_invalid',
  message: `The sidecar cannot be used: ${text}. The archive beside it may be whole; verify and restore it by its file.`,
});

/**
 * @param bytes - the file's first bytes; it is too large when there are more than `SIDECAR_MAX_BYTES`
 * @param backupId - whose sidecar it is by its name
 */
export function parseSidecar(bytes: Uint8Array, backupId: BackupId): SidecarReading {
  if (bytes.length > SIDECAR_MAX_BYTES) return invalid(`it is larger than ${String(SIDECAR_MAX_BYTES)} bytes`);
  const json = parseJsonBytes(bytes);
  if (json.kind !== 'value') return invalid(json.kind === 'invalid' ? json.text : 'it is empty');
  const fields = json.value;
  if (!isObject(fields)) return invalid('it is not a JSON object');
  const format = fields['format'];
  if (typeof format !== 'number' || !Number.isInteger(format) || format < 1) return invalid('format is not a version');
  if (format > FORMAT_VERSION) return newerFormat(format);
  try {
    const record = parseRecord(fields);
    if (record.backup_id !== backupId) return invalid(`it is of the backup ${record.backup_id}`);
    return { kind: 'record', record, fields };
  } catch (error) {
    if (error instanceof InvalidField) return invalid(error.message);
    throw error;
  }
}

function newerFormat(format: number): SidecarReading {
  const known = String(FORMAT_VERSION);
  return {
    kind: 'unsupported_format',
    message: `The backup has format ${String(format)}; this version reads up to ${known}. Update the package to use it.`,
  };
}

import { BackupError } from '../../errors.ts';
import { FORMAT_VERSION } from '../../model.ts';
import type { MemberEntry } from './lockstep.ts';

/** Name of the first member. */
export const OWN_HEADER = 'backup.json';
const MOST_BYTES = 64 * 1024;

/** Gathers `backup.json` while it is read, and checks it. */
export class OwnHeader {
  readonly #parts: Buffer[] = [];

  /** @throws BackupError `archive_corrupt` when this member cannot be `backup.json` */
  begin({ member }: MemberEntry): void {
    if (!member.path.equals(Buffer.from(OWN_HEADER)) || member.type !== 'file' || member.size > MOST_BYTES) {
      throw corrupt('The first member is not backup.json');
    }
  }

  add(part: Buffer): void {
    this.#parts.push(Buffer.from(part));
  }

  /**
   * @param backupId - whose archive it must be; null for any
   * @returns its fields
   * @throws BackupError `archive_corrupt` or, when it was written by a newer version, `unsupported_format`
   */
  check(backupId: string | null): Readonly<Record<string, unknown>> {
    const fields = this.fields();
    const { format, backup_id: id } = fields;
    if (typeof format !== 'number' || typeof id !== 'string') throw corrupt('backup.json lacks format or backup_id');
    if (format > FORMAT_VERSION) {
      const text = `The archive has format ${format}; this version reads up to ${FORMAT_VERSION}. Update node-red-backup.`;
      throw new BackupError('unsupported_format', text);
    }
    if (backupId !== null && id !== backupId) {
      throw corrupt(`The archive is that of another backup, ${id.slice(0, 80)}, not of ${backupId}`);
    }
    return fields;
  }

  /** What it holds, not checked. */
  fields(): Readonly<Record<string, unknown>> {
    try {
      const parsed: unknown = JSON.parse(Buffer.concat(this.#parts).toString('utf8'));
      if (typeof parsed === 'object' && parsed !== null) return { ...parsed };
    } catch {
      // Reported below.
    }
    throw corrupt('backup.json is no JSON object');
  }
}

function corrupt(what: string): BackupError {
  return new BackupError('archive_corrupt', `${what}.`, { data: { member: OWN_HEADER } });
}

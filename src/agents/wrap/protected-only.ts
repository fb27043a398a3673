import { BackupError } from '../../errors.ts';
import type { BackupRecord } from '../../model.ts';
import type { BackupAgent, OpenArchive, UploadOptions } from '../agent.ts';
import { WrappedAgent } from './wrapped-agent.ts';

/** Refuses archives that are not encrypted: for locations that others can read, because an archive holds every secret of its machine. */
export function protectedOnly(agent: BackupAgent): BackupAgent {
  return new ProtectedOnly(agent);
}

class ProtectedOnly extends WrappedAgent {
  override async upload(record: BackupRecord, open: OpenArchive, options: UploadOptions): Promise<void> {
    if (!record.protected) {
      const what = `Backup ${record.backup_id} is not encrypted, so it was not sent to ${this.name}.`;
      throw new BackupError('not_encrypted', `${what} Encrypt backups, or allow this location to get them as they are.`);
    }
    await super.upload(record, open, options);
  }
}

import type { BackupAgent, RecordChanges } from '../../agents/agent.ts';
import { BackupError } from '../../errors.ts';
import type { BackupId, BackupRecord } from '../../model.ts';

/**
 * Changes what one location knows of a backup: that it is pinned, when it expires.
 *
 * @returns the record as it is there now
 * @throws BackupError `backup_not_found`, `invalid_request` when the location cannot change records, or what the location says
 */
export async function changeBackup(
  agent: BackupAgent,
  { backupId, changes }: { readonly backupId: BackupId; readonly changes: RecordChanges },
  signal: AbortSignal,
): Promise<BackupRecord> {
  if (!agent.abilities.update) {
    throw new BackupError(
      'invalid_request',
      `${agent.name} cannot change what it knows of a backup. Choose another location.`,
    );
  }
  await agent.updateRecord(backupId, changes, { signal });
  return agent.get(backupId, { signal });
}

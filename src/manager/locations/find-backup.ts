import { BackupError, toBackupError } from '../../errors.ts';
import { throwIfAborted } from '../../io/abort.ts';
import type { AgentId, BackupId } from '../../model.ts';
import { askInTime } from './ask-in-time.ts';
import type { EngineParts } from '../engine-parts.ts';
import { lastVerified } from './last-verified.ts';
import type { LocationListing } from './merge-listings.ts';
import { mergeListings } from './merge-listings.ts';
import type { FoundBackup } from '../reports.ts';

/**
 * Asks every location for one backup, without listing any.
 *
 * @throws BackupError `backup_not_found`; `archive_corrupt` when its copies contradict each other; what a location says, when that is
 * the only answer there is
 */
export async function findBackup(
  parts: Pick<EngineParts, 'registry' | 'clock' | 'store' | 'warn'>,
  backupId: BackupId,
  signal: AbortSignal,
): Promise<FoundBackup> {
  const { registry, clock, store } = parts;
  const errors = new Map<AgentId, BackupError>();
  const found = await Promise.all(
    registry.all().map(async (agent): Promise<LocationListing | null> => {
      try {
        const record = await askInTime(agent, { clock, signal }, (either) => agent.get(backupId, { signal: either }));
        return { agentId: agent.id, agentName: agent.name, listing: { records: [record], broken: [] } };
      } catch (error) {
        const known = toBackupError(error);
        if (known.code !== 'backup_not_found') errors.set(agent.id, known);
        return null;
      }
    }),
  );
  throwIfAborted(signal);
  const locations = found.filter((location) => location !== null);
  const { backups, broken } = mergeListings(locations, await store.made.all());
  const [record] = await lastVerified(parts, backups);
  if (record !== undefined) return { record, errors };
  const [conflict] = broken;
  if (conflict !== undefined) throw new BackupError('archive_corrupt', conflict.message);
  const [first] = errors.values();
  throw first ?? new BackupError('backup_not_found', `Backup ${backupId} is at none of the locations.`);
}

import type { BackupAgent } from '../../agents/agent.ts';
import { BackupError } from '../../errors.ts';
import type { BackupId } from '../../model.ts';
import type { EngineParts } from '../engine-parts.ts';
import { listLocations } from '../locations/list-locations.ts';
import { mergeListings } from '../locations/merge-listings.ts';

/**
 * The newest backup of this instance that a location lacks; of one that cannot be listed, it is assumed that it lacks all.
 *
 * @throws BackupError `backup_not_found` when there is nothing to copy
 */
export async function newestLacking(parts: EngineParts, target: BackupAgent, signal: AbortSignal): Promise<BackupId> {
  const { listed, errors } = await listLocations(parts, signal);
  const { backups, broken } = mergeListings(listed, await parts.store.made.all());
  const { instance_id: own } = parts.store.state.current;
  // What contradicts our own knowledge there is left for people to look at; copying over it would be refused.
  const conflicts = new Set(
    broken.flatMap(({ agent_id, reason, backup_id }) =>
      agent_id === target.id && reason === 'conflict' ? [backup_id] : [],
    ),
  );
  const newest = backups.find(
    ({ instance_id, agents, backup_id }) =>
      instance_id === own && !Object.hasOwn(agents, target.id) && !conflicts.has(backup_id),
  );
  if (newest !== undefined) return newest.backup_id;
  const unreachable = errors.get(target.id);
  if (unreachable !== undefined) throw unreachable;
  const what = `There is nothing to copy to ${target.name}: no location has a complete backup of this instance that it lacks.`;
  const silent = [...errors.values()].map(({ message }) => ` Not asked: ${message}`);
  throw new BackupError('backup_not_found', what + silent.join(''));
}

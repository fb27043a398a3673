import { BackupError, type Engine } from '../../src/index.ts';
import type { Placed } from './placed.ts';

/**
 * Removes the expired backups of the plan of a backup that was just made, from the place where it was made.
 *
 * @throws BackupError when that fails; the backup is there all the same
 */
export async function removeExpired(engine: Engine, { agentId, record }: Placed, nodeId: string): Promise<void> {
  const { signal } = new AbortController();
  const { plan_id, backup_id: arrived, automatic } = record;
  const flags = { dryRun: false, acknowledge: false, automaticOnly: false, automatic };
  const request = { agentId, instanceId: null, planIds: [plan_id], arrived, policy: null, nodeId, ...flags };
  const { failed } = await engine.retention.thin(request, signal);
  const [first] = failed;
  if (first === undefined) return;
  throw new BackupError(first.code, `The expired backup ${first.backup_id} could not be removed: ${first.message}`);
}

import { BackupError, type BackupRecord, type Engine } from '../../src/index.ts';
import type { Placed } from '../lib/placed.ts';

/** Several messages may have asked for one backup; once after it is enough. */
const done = new WeakSet<BackupRecord>();

/**
 * Removes the expired backups of the plan of a backup that was just made, from the place where it was made.
 *
 * @throws BackupError when that fails; the backup is there all the same
 */
export async function removeExpired(engine: Engine, { agentId, record }: Placed, nodeId: string): Promise<void> {
  if (done.has(record)) return;
  done.add(record);
  const { signal } = new AbortController();
  const { plan_id, backup_id: arrived, automatic } = record;
  const flags = { dryRun: false, acknowledge: false, automaticOnly: false, automatic };
  const request = { agentId, instanceId: null, planIds: [plan_id], arrived, policy: null, nodeId, ...flags };
  const { failed } = await engine.retention.thin(request, signal);
  const [first] = failed;
  if (first === undefined) return;
  throw new BackupError(first.code, `The expired backup ${first.backup_id} could not be removed: ${first.message}`);
}

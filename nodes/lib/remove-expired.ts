import { BackupError, type AgentId, type BackupRequest, type Engine } from '../../src/index.ts';

/**
 * Removes the expired backups of a plan from the folder where they are made.
 *
 * @throws BackupError when that fails; the backup that was just made is there all the same
 */
export async function removeExpired(
  engine: Engine,
  agentId: AgentId,
  { planId, nodeId, automatic }: BackupRequest,
): Promise<void> {
  const { signal } = new AbortController();
  const [dryRun, acknowledge, automaticOnly] = [false, false, false];
  const flags = { dryRun, acknowledge, automaticOnly, automatic };
  const request = { agentId, instanceId: null, planIds: [planId], policy: null, nodeId, ...flags };
  const { failed } = await engine.retention.thin(request, signal);
  const [first] = failed;
  if (first === undefined) return;
  throw new BackupError(first.code, `The expired backup ${first.backup_id} could not be removed: ${first.message}`);
}

import { toBackupError } from '../../errors.ts';
import type { AgentId, BackupCopy, MergedRecord } from '../../model.ts';
import type { EngineParts } from '../engine-parts.ts';

/** The same list, with what is known of when each copy was last verified. */
export async function lastVerified(
  { store, warn }: Pick<EngineParts, 'store' | 'warn'>,
  backups: readonly MergedRecord[],
): Promise<readonly MergedRecord[]> {
  const known = await store.verified.all().catch((error: unknown) => {
    warn(toBackupError(error).message);
    return new Map<AgentId, never>();
  });
  return backups.map((backup) => {
    const agents = Object.entries(backup.agents).map(([agentId, copy]): [AgentId, BackupCopy] => {
      return [agentId, { ...copy, last_verified: known.get(agentId)?.[backup.backup_id] ?? null }];
    });
    return { ...backup, agents: Object.fromEntries(agents) };
  });
}

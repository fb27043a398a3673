import type { RestoreTask, TaskContext } from '../../archive/tasks.ts';
import type { BackupId } from '../../model.ts';
import type { StoredBackup } from './archive-on-disk.ts';
import type { EngineParts } from '../engine-parts.ts';
import type { JobContext } from '../jobs/job-run.ts';
import type { BackupPlace } from '../requests.ts';

/** The backup that a job is about; its events tell of it from now on. */
export async function findStored(
  parts: EngineParts,
  { backupId, agentId }: BackupPlace,
  context: JobContext,
): Promise<StoredBackup> {
  const agent = parts.registry.get(agentId);
  context.identify({ backup_id: backupId, agent_id: agent.id, agent_name: agent.name });
  const record = await agent.get(backupId, { signal: context.signal });
  context.identify({ name: record.name });
  return { agent, record };
}

export function taskContext(parts: EngineParts, context: JobContext): TaskContext {
  return {
    signal: context.signal,
    niceness: parts.settings.niceness,
    onProgress: (progress) => {
      context.progress(progress);
    },
  };
}

/** What shows that an archive is the one that was made here; empty for one that was not. */
export async function originOf(
  { store }: EngineParts,
  backupId: BackupId,
): Promise<Pick<RestoreTask, 'manifestSha256'>> {
  const made = (await store.made.all()).get(backupId);
  return made === undefined ? {} : { manifestSha256: made.manifestSha256 };
}

import { OUTSIDE_JOBS, type DeletedEvent } from '../../events.ts';
import type { BackupRecord } from '../../model.ts';
import type { ThinRun } from './thin-run.ts';

/** What the events of a run about a backup have in common. */
export function retentionEvent(
  { request, agent, runId }: ThinRun,
  { name, backup_id, plan_id, plan_name }: BackupRecord,
): Omit<DeletedEvent, 'event_type'> {
  return {
    ...OUTSIDE_JOBS,
    name,
    backup_id,
    plan_id,
    plan_name,
    node_id: request.nodeId,
    agent_id: agent.id,
    agent_name: agent.name,
    job_id: runId,
    automatic: request.automatic,
  };
}

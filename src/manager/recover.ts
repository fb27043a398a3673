/** Recognises at start what an earlier process left unfinished, and cleans up after it. */
import { orAborted } from '../io/abort.ts';
import { parseIso } from '../clock.ts';
import { BackupError, serializeError, toBackupError } from '../errors.ts';
import type { BackupEvent, JobIdentity } from '../events.ts';
import type { BackupRecord } from '../model.ts';
import type { JobFile } from '../store/job-files.ts';
import { planState, withPlan } from '../store/state.ts';
import type { EngineState } from '../store/state.ts';
import type { EngineParts } from './engine-parts.ts';

/** A folder that does not answer must not keep the engine from starting. */
const PATIENCE_MS = 10_000;

/** A job that an earlier process did not end: how it is told, and its error; null when its backup was complete after all. */
export interface Unfinished {
  readonly event: BackupEvent;
  readonly error: BackupError | null;
}

export async function recover(parts: EngineParts): Promise<readonly Unfinished[]> {
  const jobs = await parts.store.jobs.unfinished(parts.clock.now());
  return Promise.all(jobs.map((job) => settle(parts, job)));
}

async function settle(parts: EngineParts, job: JobFile): Promise<Unfinished> {
  const record = await cleanUp(parts, job);
  const identity = identityOf(job);
  const error = record === null ? interrupted(job) : null;
  const late = error === null;
  const shared = { ...identity, backup_stage: null, progress: null, will_retry: null, late, backup: record } as const;
  const event: BackupEvent =
    error === null
      ? { ...shared, event_type: 'completed', failed_reason: null, error: null }
      : { ...shared, event_type: 'failed', failed_reason: error.code, error: error.message };
  await parts.store.state
    .update((state) => afterDeath(state, job, { record, error }))
    .catch((cause: unknown) => {
      parts.warn(toBackupError(cause).message);
    });
  return { event, error };
}

function interrupted({ name, started }: JobFile): BackupError {
  const what = `The job "${name}" that began at ${started} was interrupted: its process ended before it was done.`;
  return new BackupError('interrupted', `${what} What it had written was removed. Run it again.`);
}

function identityOf(job: JobFile): JobIdentity {
  const { manager_state, name, backup_id, plan_id, plan_name, node_id, agent_id, agent_name, job_id, automatic } = job;
  return { manager_state, name, backup_id, plan_id, plan_name, node_id, agent_id, agent_name, job_id, automatic };
}

async function cleanUp(parts: EngineParts, job: JobFile): Promise<BackupRecord | null> {
  const { folder, backup_id: backupId, owner } = job;
  if (job.manager_state !== 'create_backup' || folder === null || backupId === null) return null;
  const giveUp = new AbortController();
  const timer = parts.clock.setTimer(PATIENCE_MS, () => {
    giveUp.abort(
      new BackupError('agent_unreachable', `${folder} does not answer; what a job left there stays for now.`),
    );
  });
  try {
    const { signal } = giveUp;
    const agent = await orAborted(parts.registry.localUnlisted(folder), signal);
    return await orAborted(agent.settleUnfinished(backupId, owner, { signal }), signal);
  } catch (error) {
    parts.warn(toBackupError(error).message);
    return null;
  } finally {
    timer.cancel();
  }
}

interface Ending {
  readonly record: BackupRecord | null;
  readonly error: BackupError | null;
}

/** A plan that has been tried again since then has newer things to tell. */
function afterDeath(state: EngineState, job: JobFile, { record, error }: Ending): EngineState {
  const planId = job.plan_id;
  if (job.manager_state !== 'create_backup' || planId === null) return state;
  const { last_attempted } = planState(state, planId);
  if (last_attempted !== null && parseIso(last_attempted) > parseIso(job.started)) return state;
  if (error !== null) return withPlan(state, planId, { last_error: serializeError(error) });
  const done = { last_completed: record?.date ?? null, last_backup: record, last_error: null };
  const next = withPlan(state, planId, done);
  return job.automatic ? { ...next, last_completed_automatic_backup: done.last_completed } : next;
}

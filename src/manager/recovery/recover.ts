/** Recognises at start what an earlier process left unfinished, and cleans up after it. */
import { orAborted } from '../../io/abort.ts';
import { parseIso } from '../../clock.ts';
import { BackupError, serializeError, toBackupError } from '../../errors.ts';
import type { BackupEvent, JobIdentity } from '../../events.ts';
import type { BackupRecord } from '../../model.ts';
import type { OrphanCopy } from '../../store/copy-files.ts';
import type { JobFile } from '../../store/job-files.ts';
import { planState, withPlan } from '../../store/state.ts';
import type { EngineState } from '../../store/state.ts';
import type { EngineParts } from '../engine-parts.ts';
import { adoptedEntry, storedCopy } from '../copy/pending-entry.ts';
import type { Unfinished } from '../jobs/unfinished.ts';

/** A folder that does not answer must not keep the engine from starting. */
const PATIENCE_MS = 10_000;

/** @param orphans - the copies that will be tried again */
export async function recover(parts: EngineParts, orphans: readonly OrphanCopy[]): Promise<readonly Unfinished[]> {
  const jobs = await parts.store.jobs.unfinished(parts.clock.now());
  return Promise.all(jobs.map((job) => settle(parts, job, nextTry(parts, job, orphans))));
}

interface NextTry {
  /** ISO; null when there is none. */
  readonly will_retry: string | null;
  /** Whether the one that was interrupted was not the first. */
  readonly late: boolean;
}

function nextTry({ clock }: EngineParts, job: JobFile, orphans: readonly OrphanCopy[]): NextTry {
  const isIts = ({ copy }: OrphanCopy): boolean =>
    job.manager_state === 'copy_backup' && copy.backup_id === job.backup_id && copy.agent_id === job.agent_id;
  const orphan = orphans.find(isIts);
  if (orphan === undefined) return { will_retry: null, late: false };
  const { tries, next_try } = storedCopy(adoptedEntry(orphan, clock), clock);
  return { will_retry: next_try, late: tries > 1 };
}

async function settle(parts: EngineParts, job: JobFile, next: NextTry): Promise<Unfinished> {
  const record = await cleanUp(parts, job);
  const identity = identityOf(job);
  const error = record === null ? interrupted(job, next) : null;
  const retry = error === null ? { will_retry: null, late: true } : next;
  const shared = { ...identity, backup_stage: null, progress: null, ...retry, backup: record } as const;
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

function interrupted({ name, started }: JobFile, { will_retry: next }: NextTry): BackupError {
  const what = `The job "${name}" that began at ${started} was interrupted: its process ended before it was done.`;
  if (next !== null) return new BackupError('interrupted', `${what} It is tried again by itself at ${next}.`);
  return new BackupError('interrupted', `${what} What it had written was removed. Run it again.`);
}

function identityOf(job: JobFile): JobIdentity {
  const { manager_state, name, backup_id, plan_id, plan_name, node_id, agent_id, agent_name, job_id, automatic } = job;
  return { manager_state, name, backup_id, plan_id, plan_name, node_id, agent_id, agent_name, job_id, automatic };
}

async function cleanUp(parts: EngineParts, job: JobFile): Promise<BackupRecord | null> {
  const { folder, backup_id: backupId, owner } = job;
  const writes = job.manager_state === 'create_backup' || job.manager_state === 'receive_backup';
  if (!writes || folder === null || backupId === null) return null;
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

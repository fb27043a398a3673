import { BackupError } from '../../errors.ts';
import { throwIfAborted } from '../../io/abort.ts';
import type { BackupId, BackupRecord } from '../../model.ts';
import type { OrphanCopy } from '../../store/copy-files.ts';
import { copyBackup } from './copy-backup.ts';
import type { JobParts } from '../jobs/job-parts.ts';
import type { Job } from '../jobs/job.ts';
import type { PendingCopy } from '../reports.ts';
import type { CopyRequest } from '../requests.ts';
import type { JobContext, Outcome } from '../jobs/job-run.ts';
import type { Jobs, JobSpec } from '../jobs/jobs.ts';
import { newestLacking } from './newest-lacking.ts';
import { PendingCopies } from './pending-copies.ts';
import type { PendingEntry } from './pending-entry.ts';
import { copyRequestProblem } from '../request-problem.ts';

/** Takes requests for copies, and goes on with those that failed. */
export class Copier {
  readonly #parts: JobParts;
  readonly #jobs: Jobs;
  readonly #pending: PendingCopies;

  /** @param orphans - what earlier processes did not bring to an end */
  constructor(parts: JobParts, jobs: Jobs, orphans: readonly OrphanCopy[]) {
    this.#parts = parts;
    this.#jobs = jobs;
    const run = (entry: PendingEntry): void => {
      this.#again(entry);
    };
    this.#pending = new PendingCopies({ parts, run, orphans });
  }

  copy(asked: CopyRequest): Job<BackupRecord> {
    const problem = copyRequestProblem(asked);
    const request = { ...asked };
    let entry: PendingEntry | null = null;
    const name = problem === null ? (request.backupId ?? request.agentId) : 'copy';
    const spec = specOf({ name, nodeId: request.nodeId, automatic: request.automatic });
    const willRetry = async (error: BackupError): Promise<string | null> =>
      entry === null ? null : this.#pending.failed(entry, error);
    return this.#jobs.begin({ ...spec, willRetry }, async (context) => {
      if (problem !== null) throw new BackupError('invalid_request', problem);
      entry = await this.#begin(request, context);
      return this.#attempt(entry, context);
    });
  }

  pending(): readonly PendingCopy[] {
    return this.#pending.waiting();
  }

  /** Whether a copy that runs or waits reads the backup. */
  reads(backupId: BackupId): boolean {
    return this.#pending.has(backupId);
  }

  async cancel(nodeId: string): Promise<void> {
    await this.#pending.cancel(nodeId);
    const theirs = this.#jobs.all().filter((job) => job.kind === 'copy_backup' && job.nodeId === nodeId);
    for (const job of theirs) job.cancel();
    await Promise.allSettled(theirs.map(({ result }) => result));
  }

  /** To be called before the jobs are ended: what they were busy with is then kept for a later start. */
  stop(): void {
    this.#pending.stop();
  }

  /** To be called when the jobs have ended. */
  async release(): Promise<void> {
    await this.#pending.release();
  }

  async #begin(request: CopyRequest, context: JobContext): Promise<PendingEntry> {
    const { agentId, nodeId, automatic, from, retryForMs } = request;
    const target = this.#parts.registry.get(agentId);
    context.identify({ agent_id: target.id, agent_name: target.name });
    const backupId = request.backupId ?? (await newestLacking(this.#parts, target, context.signal));
    throwIfAborted(context.signal);
    const task = { backup_id: backupId, agent_id: agentId, agent_name: target.name, name: backupId };
    return this.#pending.begin({ ...task, node_id: nodeId, automatic, from }, retryForMs);
  }

  #again(entry: PendingEntry): void {
    const { name, node_id: nodeId, automatic } = entry.task;
    const willRetry = (error: BackupError): Promise<string | null> => this.#pending.failed(entry, error);
    this.#jobs.begin({ ...specOf({ name, nodeId, automatic }), late: true, willRetry }, async (context) => {
      await this.#pending.beginTry(entry);
      return this.#attempt(entry, context);
    });
  }

  async #attempt(entry: PendingEntry, context: JobContext): Promise<Outcome<BackupRecord>> {
    const { clock, journal } = this.#parts;
    const { backup_id: backupId, agent_id, agent_name, from } = entry.task;
    context.identify({ backup_id: backupId, agent_id, agent_name });
    await journal.running(context.identity, null, clock.now());
    try {
      const backup = await copyBackup(this.#parts, { backupId, from, target: this.#target(entry) }, context);
      await this.#pending.forget(entry);
      return { value: backup, backup };
    } finally {
      // A later try that finds neither the backup nor the location can still say what it was about.
      entry.task = { ...entry.task, name: context.identity.name };
    }
  }

  #target({ task }: PendingEntry): ReturnType<JobParts['registry']['get']> {
    const { agent_id: id, agent_name: name } = task;
    const target = this.#parts.registry.all().find((agent) => agent.id === id);
    if (target !== undefined) return target;
    const what = `The location ${name ?? id} did not come back before the time for this copy was over.`;
    throw new BackupError('agent_unreachable', `${what} Is its node deployed and enabled?`);
  }
}

function specOf(job: Pick<JobSpec, 'name' | 'nodeId' | 'automatic'>): JobSpec {
  return { ...job, kind: 'copy_backup', planId: null, planName: null };
}

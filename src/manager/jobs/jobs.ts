import { randomBytes } from 'node:crypto';
import type { Clock } from '../../clock.ts';
import { BackupError } from '../../errors.ts';
import type { EventBus, JobIdentity, JobKind } from '../../events.ts';
import type { JobId, PlanId } from '../../model.ts';
import type { Job } from './job.ts';
import { JobRun } from './job-run.ts';
import type { JobContext, JobRunOptions, Outcome } from './job-run.ts';
import type { Journal } from './journal.ts';

/** What is known of a job when it is asked for. */
export interface JobSpec {
  readonly kind: JobKind;
  readonly name: string;
  readonly planId: PlanId | null;
  readonly planName: string | null;
  readonly nodeId: string | null;
  readonly automatic: boolean;
  /** As in `JobRunOptions`; left out, the job is no later try, and is not tried again. */
  readonly late?: boolean;
  readonly willRetry?: JobRunOptions['willRetry'];
}

export interface JobsOptions {
  readonly clock: Clock;
  readonly bus: EventBus;
  readonly journal: Journal;
}

function identityOf(spec: JobSpec): JobIdentity {
  return {
    manager_state: spec.kind,
    name: spec.name,
    backup_id: null,
    plan_id: spec.planId,
    plan_name: spec.planName,
    node_id: spec.nodeId,
    agent_id: null,
    agent_name: null,
    job_id: randomBytes(8).toString('hex'),
    automatic: spec.automatic,
  };
}

export interface StartedJob<T> extends Job<T> {
  /** Says that it is to end. */
  readonly signal: AbortSignal;
  /** Resolves when its work has ended, before anything tells how: what the work held is free for who hears of it. */
  readonly over: Promise<void>;
}

export function canceled(): BackupError {
  return new BackupError('canceled', 'The job was canceled.');
}

/** The jobs that run or wait. */
export class Jobs {
  readonly #options: JobsOptions;
  readonly #jobs = new Map<JobId, { readonly job: Job<unknown>; readonly run: JobRun }>();
  #closed: BackupError | null = null;

  constructor(options: JobsOptions) {
    this.#options = options;
  }

  /** Oldest first. */
  all(): readonly Job<unknown>[] {
    return [...this.#jobs.values()].map(({ job }) => job);
  }

  /** Begins a job. Its first event comes after this has returned. */
  begin<T>(spec: JobSpec, work: (context: JobContext) => Promise<Outcome<T>>): StartedJob<T> {
    const { clock, bus, journal } = this.#options;
    const identity = identityOf(spec);
    const run = new JobRun({
      identity,
      late: spec.late ?? false,
      willRetry: spec.willRetry ?? (() => Promise.resolve(null)),
      clock,
      publish: (event) => {
        bus.publish(event);
      },
      remember: (event, error) => journal.ended(event, error),
    });
    if (this.#closed !== null) run.end(this.#closed);
    const result = this.#run(run, work);
    const job: StartedJob<T> = {
      jobId: identity.job_id,
      kind: spec.kind,
      planId: spec.planId,
      nodeId: spec.nodeId,
      result,
      signal: run.signal,
      over: run.over,
      cancel: () => {
        run.end(canceled());
      },
    };
    this.#jobs.set(job.jobId, { job, run });
    // Who asked may not care for the result; the event tells of a failure.
    result.catch(() => undefined);
    return job;
  }

  async #run<T>(run: JobRun, work: (context: JobContext) => Promise<Outcome<T>>): Promise<T> {
    await Promise.resolve();
    try {
      return await run.run(work);
    } finally {
      this.#jobs.delete(run.identity.job_id);
    }
  }

  /** Ends all jobs, and whatever is begun from now on; resolves when they are over. */
  async close(): Promise<void> {
    this.#closed = new BackupError('canceled', 'The job was canceled because the engine was closed.');
    const running = [...this.#jobs.values()];
    for (const { run } of running) run.end(this.#closed);
    await Promise.allSettled(running.map(({ job }) => job.result));
  }
}

/** What is going on, derived from the events alone. */
import { isoLocal } from '../../clock.ts';
import type { Clock } from '../../clock.ts';
import { isTerminal } from '../../events.ts';
import type { BackupEvent, JobKind, ManagerState } from '../../events.ts';
import type { JobId } from '../../model.ts';
import type { RunningJob } from '../reports.ts';

/** Kinds of which every job takes turns; of restores, those into Node-RED do. */
const TURN_KINDS: ReadonlySet<JobKind> = new Set(['create_backup', 'receive_backup']);

export class StatusTracker {
  readonly #clock: Clock;
  readonly #isInto: (jobId: JobId) => boolean;
  readonly #jobs = new Map<JobId, RunningJob>();
  #last: BackupEvent | null = null;

  /** @param isInto - whether a job is a restore into Node-RED that has the turn or waits for it */
  constructor(clock: Clock, isInto: (jobId: JobId) => boolean) {
    this.#clock = clock;
    this.#isInto = isInto;
  }

  /** The last event of this process. */
  get last(): BackupEvent | null {
    return this.#last;
  }

  /** Oldest first. */
  get jobs(): readonly RunningJob[] {
    return [...this.#jobs.values()];
  }

  get managerState(): ManagerState {
    const takesTurns = ({ manager_state, job_id }: RunningJob): boolean =>
      TURN_KINDS.has(manager_state) || this.#isInto(job_id);
    const holder = this.jobs.find((job) => takesTurns(job) && job.backup_stage !== null);
    if (holder !== undefined) return holder.manager_state;
    return this.jobs.some((job) => job.manager_state === 'copy_backup') ? 'copy_backup' : 'idle';
  }

  apply(event: BackupEvent): void {
    if (event.manager_state === 'idle') return;
    this.#last = event;
    if (isTerminal(event)) {
      this.#jobs.delete(event.job_id);
      return;
    }
    const before = this.#jobs.get(event.job_id);
    const { job_id, manager_state, plan_id, plan_name, node_id, name, automatic, backup_stage, progress } = event;
    const started = before?.started ?? isoLocal(this.#clock.now());
    const job = {
      job_id,
      manager_state,
      plan_id,
      plan_name,
      node_id,
      name,
      automatic,
      backup_stage,
      progress,
      started,
    };
    this.#jobs.set(job_id, job);
  }
}

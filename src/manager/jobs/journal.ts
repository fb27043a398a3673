/** What the engine writes down about its jobs, so that a later start knows it. */
import { isoLocal } from '../../clock.ts';
import { serializeError } from '../../errors.ts';
import type { BackupError } from '../../errors.ts';
import { isTerminal } from '../../events.ts';
import type { BackupEvent, CompletedEvent, FailedEvent, JobIdentity } from '../../events.ts';
import type { JobId } from '../../model.ts';
import type { EngineState } from '../../store/state.ts';
import { withPlan } from '../../store/state.ts';
import { withRun } from '../../store/run-history.ts';
import type { RunRecord } from '../../store/run-history.ts';
import type { EngineParts } from '../engine-parts.ts';

/** Failing to write is told as a warning: a backup that can be made is worth more than a note about it. */
export class Journal {
  /** When the work of the jobs began, in milliseconds since the epoch. */
  readonly #started = new Map<JobId, number>();
  readonly #parts: Pick<EngineParts, 'clock' | 'store' | 'warn'>;

  constructor(parts: Pick<EngineParts, 'clock' | 'store' | 'warn'>) {
    this.#parts = parts;
  }

  /** Each request for a backup is an attempt; only an accepted one counts as an automatic one. */
  async attempted(job: JobIdentity, accepted: boolean): Promise<void> {
    const planId = job.plan_id;
    if (planId === null) return;
    const now = isoLocal(this.#parts.clock.now());
    await this.#update((state) => {
      const next = withPlan(state, planId, { last_attempted: now });
      return accepted && job.automatic ? { ...next, last_attempted_automatic_backup: now } : next;
    });
  }

  /** Notes a job that runs or waits. */
  async running(job: JobIdentity, folder: string | null, startedMs: number): Promise<void> {
    this.#started.set(job.job_id, startedMs);
    await this.#quietly(() => this.#parts.store.jobs.write(job, folder, isoLocal(startedMs)));
  }

  /** Notes how a job ended and forgets that it ran. */
  async ended(event: BackupEvent, error: BackupError | null): Promise<void> {
    const now = isoLocal(this.#parts.clock.now());
    await this.#update((state) => afterEvent(state, event, { now, error }));
    await this.add(event);
    await this.forget(event);
  }

  /** Adds a job that has ended to the history. */
  async add(event: BackupEvent): Promise<void> {
    if (!isTerminal(event)) return;
    const run = runOf(event, this.#started.get(event.job_id) ?? null, this.#parts.clock.now());
    this.#started.delete(event.job_id);
    await this.#quietly(() => this.#parts.store.history.update((history) => withRun(history, run)));
  }

  async forget(job: Pick<JobIdentity, 'job_id'>): Promise<void> {
    await this.#quietly(() => this.#parts.store.jobs.remove(job.job_id));
  }

  async #update(change: (state: EngineState) => EngineState): Promise<void> {
    await this.#quietly(() => this.#parts.store.state.update(change));
  }

  async #quietly(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      this.#parts.warn(serializeError(error).message);
    }
  }
}

function runOf(event: CompletedEvent | FailedEvent, startedMs: number | null, nowMs: number): RunRecord {
  const { manager_state, name, backup_id, plan_id, plan_name, node_id, agent_id, agent_name, job_id, automatic } =
    event;
  const { event_type: outcome, failed_reason, error, late, backup } = event;
  return {
    ...{ manager_state, name, backup_id, plan_id, plan_name, node_id, agent_id, agent_name, job_id, automatic },
    ...{ outcome, failed_reason, error, late },
    started: startedMs === null ? null : isoLocal(startedMs),
    ended: isoLocal(nowMs),
    // The clock may have been set back meanwhile.
    duration_ms: startedMs === null ? null : Math.max(0, nowMs - startedMs),
    size: backup?.size ?? null,
    files: backup?.files ?? null,
    failed_files: backup?.failed_files.count ?? null,
  };
}

interface Ending {
  readonly now: string;
  readonly error: BackupError | null;
}

function afterEvent(state: EngineState, event: BackupEvent, { now, error }: Ending): EngineState {
  const told: EngineState = isTerminal(event) ? { ...state, last_action_event: event } : state;
  if (event.manager_state !== 'create_backup' || event.plan_id === null) return told;
  if (error !== null) return withPlan(told, event.plan_id, { last_error: serializeError(error) });
  const next = withPlan(told, event.plan_id, { last_completed: now, last_backup: event.backup, last_error: null });
  return event.automatic ? { ...next, last_completed_automatic_backup: now } : next;
}

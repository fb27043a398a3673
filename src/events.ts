/**
 * What happens to a job, told as it happens. The manager's state is derived from these and never stored beside them.
 * The events are the payload of the nodes' messages, so their fields are snake_case.
 */
import type { ErrorCode } from './errors.ts';
import type { AgentId, BackupId, BackupRecord, Hold, JobId, Overdue, PlanId, Progress } from './model.ts';

export const JOB_KINDS = ['create_backup', 'copy_backup', 'receive_backup', 'restore_backup', 'verify_backup'] as const;

export type JobKind = (typeof JOB_KINDS)[number];
export type ManagerState = JobKind | 'idle';

export type BackupStage =
  // create
  | 'before_hooks'
  | 'archive'
  | 'after_hooks'
  | 'cleaning_up'
  // copy, receive
  | 'upload_to_agents'
  | 'receive_file'
  // restore, verify
  | 'download_from_agent'
  | 'verify'
  | 'extract'
  | 'await_restart'
  | 'apply';

/** The part that all events of one job share. */
export interface JobIdentity {
  readonly manager_state: JobKind;
  readonly name: string;
  readonly backup_id: BackupId | null;
  readonly plan_id: PlanId | null;
  readonly plan_name: string | null;
  readonly node_id: string | null;
  readonly agent_id: AgentId | null;
  readonly agent_name: string | null;
  readonly job_id: JobId;
  readonly automatic: boolean;
}

interface EventBase extends JobIdentity {
  /** ISO time of the next try, null when there is none. */
  readonly will_retry: string | null;
  readonly late: boolean;
}

export interface InProgressEvent extends EventBase {
  readonly event_type: 'in_progress';
  /** Null while the job waits for its turn. */
  readonly backup_stage: BackupStage | null;
  readonly failed_reason: null;
  readonly error: null;
  readonly progress: Progress | null;
  readonly backup: null;
}

export interface CompletedEvent extends EventBase {
  readonly event_type: 'completed';
  readonly backup_stage: null;
  readonly failed_reason: null;
  readonly error: null;
  readonly progress: null;
  readonly backup: BackupRecord | null;
}

export interface FailedEvent extends EventBase {
  readonly event_type: 'failed';
  readonly backup_stage: null;
  readonly failed_reason: ErrorCode;
  /** For people: what failed, on what, and what to do. */
  readonly error: string;
  readonly progress: null;
  readonly backup: BackupRecord | null;
}

/** What is told of no job: `job_id` is that of a run of retention, or of nothing else. */
interface RetentionEventBase extends Omit<EventBase, 'manager_state'> {
  readonly manager_state: 'idle';
  readonly backup_stage: null;
  readonly failed_reason: null;
  readonly error: null;
  readonly progress: null;
  readonly backup: null;
}

/** A backup was removed from a location. */
export interface DeletedEvent extends RetentionEventBase {
  readonly event_type: 'deleted';
}

/** Nothing is removed of a plan's backups at a location, because they look wrong. */
export interface HeldEvent extends RetentionEventBase {
  readonly event_type: 'held';
  readonly hold: Hold;
}

/** What was expected of a plan did not happen in time: a complete backup, or, with `agent_id`, a copy at that location. */
export interface OverdueEvent extends RetentionEventBase {
  readonly event_type: 'overdue';
  readonly overdue: Overdue;
}

/** The events of jobs. */
export type JobEvent = InProgressEvent | CompletedEvent | FailedEvent;
export type BackupEvent = JobEvent | DeletedEvent | HeldEvent | OverdueEvent;

/** What the events have in common that belong to no job. */
export const OUTSIDE_JOBS = {
  manager_state: 'idle',
  will_retry: null,
  late: false,
  backup_stage: null,
  failed_reason: null,
  error: null,
  progress: null,
  backup: null,
} as const;

export type EventListener = (event: BackupEvent) => void;

/** Delivers events in order. A listener that throws harms neither the job nor the other listeners. */
export class EventBus {
  readonly #listeners = new Set<EventListener>();
  readonly #onListenerError: (error: unknown) => void;

  /** @param onListenerError - told when a listener throws */
  constructor(onListenerError: (error: unknown) => void) {
    this.#onListenerError = onListenerError;
  }

  /** @returns a function that ends the subscription; calling it twice does no harm */
  subscribe(listener: EventListener): () => void {
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
    };
  }

  publish(event: BackupEvent): void {
    const frozen = Object.freeze(event);
    for (const listener of [...this.#listeners]) {
      try {
        listener(frozen);
      } catch (error) {
        this.#onListenerError(error);
      }
    }
  }
}

export function isTerminal(event: BackupEvent): event is CompletedEvent | FailedEvent {
  return event.event_type === 'completed' || event.event_type === 'failed';
}

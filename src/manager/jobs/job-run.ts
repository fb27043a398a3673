import type { TaskProgress } from '../../archive/tasks.ts';
import type { Clock, Timer } from '../../clock.ts';
import { BackupError, toBackupError } from '../../errors.ts';
import type { BackupEvent, BackupStage, JobIdentity } from '../../events.ts';
import { abortReason } from '../../io/abort.ts';
import type { BackupRecord, Progress } from '../../model.ts';
import { ProgressMeter } from './progress-meter.ts';

/** How a job's work went when it did not throw. */
export interface Outcome<T> {
  readonly value: T;
  readonly backup: BackupRecord | null;
  /** The work was done and what it found is bad: the job's event says `failed`, its result is still `value`. */
  readonly failure?: BackupError;
  /** A later process tells how it ends, so that this one only says how far it came. */
  readonly goesOn?: boolean;
}

/** What the work of a job is given. */
export interface JobContext {
  readonly signal: AbortSignal;
  readonly identity: JobIdentity;
  /** Adds what becomes known of the job; later events carry it. */
  identify(changes: Partial<Pick<JobIdentity, 'name' | 'backup_id' | 'agent_id' | 'agent_name'>>): void;
  /** Says what backup the job is about; should it fail, its last event carries the record. */
  know(backup: BackupRecord): void;
  /** Null while the job waits for its turn. */
  enter(stage: BackupStage | null): void;
  /** Told to the world at most four times a second. */
  progress(progress: TaskProgress): void;
  /** From now on, the job may take this long; null for as long as it needs. */
  limit(timeoutMs: number | null): void;
  /** Should the job be ended, its work may take this long from now to come to its end, in milliseconds. */
  allowToEnd(ms: number): void;
}

export interface JobRunOptions {
  readonly identity: JobIdentity;
  /** Whether the job is a later try of one that failed. */
  readonly late: boolean;
  /** Decides, when the job has failed, when it is tried again (ISO); null for never. Must not throw. */
  readonly willRetry: (error: BackupError) => Promise<string | null>;
  readonly clock: Clock;
  readonly publish: (event: BackupEvent) => void;
  /** Remembers how the job ended, before anyone is told. */
  readonly remember: (event: BackupEvent, error: BackupError | null) => Promise<void>;
}

/** How long a job that was ended may go on cleaning up, unless it asked for more: a disk that hangs must not hold up every later job. */
const CLEAN_UP_MS = 15_000;

/** One job from its beginning to its terminal event, which is published on every way out. */
export class JobRun implements JobContext {
  /** Resolves when the work has ended, or is no longer waited for: before anything tells how. */
  readonly over: Promise<void>;
  readonly #controller = new AbortController();
  readonly #clock: Clock;
  readonly #publish: (event: BackupEvent) => void;
  readonly #remember: JobRunOptions['remember'];
  #meter: ProgressMeter;
  readonly #late: boolean;
  readonly #willRetry: JobRunOptions['willRetry'];
  #identity: JobIdentity;
  #backup: BackupRecord | null = null;
  #stage: BackupStage | null = null;
  #timer: Timer | null = null;
  #patience: Timer | null = null;
  /** On the monotonic clock. */
  #allowedUntil = -Infinity;
  #giveUp: () => void = () => undefined;
  #tellOver: () => void = () => undefined;
  #ended = false;

  constructor(options: JobRunOptions) {
    this.#identity = options.identity;
    this.#late = options.late;
    this.#willRetry = options.willRetry;
    this.#clock = options.clock;
    this.#publish = options.publish;
    this.#remember = options.remember;
    this.#meter = new ProgressMeter(options.clock);
    this.over = new Promise<void>((resolve) => {
      this.#tellOver = resolve;
    });
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  get identity(): JobIdentity {
    return this.#identity;
  }

  identify(changes: Partial<JobIdentity>): void {
    this.#identity = { ...this.#identity, ...changes };
  }

  know(backup: BackupRecord): void {
    const { name, backup_id, plan_id, plan_name } = backup;
    this.#backup = backup;
    this.identify({ name, backup_id, plan_id, plan_name });
  }

  enter(stage: BackupStage | null): void {
    this.#stage = stage;
    this.#meter = new ProgressMeter(this.#clock);
    this.#inProgress(null);
  }

  progress(progress: TaskProgress): void {
    const measured = this.#meter.measure(progress);
    if (measured !== null) this.#inProgress(measured);
  }

  limit(timeoutMs: number | null): void {
    if (timeoutMs === null) return;
    this.#timer = this.#clock.setTimer(timeoutMs, () => {
      const what = `The job did not end within its time limit of ${String(Math.round(timeoutMs / 1000))} s.`;
      this.end(
        new BackupError('timeout', `${what} Raise the limit, or look at what is slow: the sources or the disk.`),
      );
    });
  }

  allowToEnd(ms: number): void {
    this.#allowedUntil = this.#clock.monotonic() + ms;
    if (this.signal.aborted) this.#wait();
  }

  /** Ends the job with an error; does nothing once it has ended. */
  end(reason: BackupError): void {
    if (!this.#ended) this.#controller.abort(reason);
  }

  async run<T>(work: (context: JobContext) => Promise<Outcome<T>>): Promise<T> {
    try {
      const outcome = await this.#bounded(work(this));
      if (outcome.goesOn !== true) await this.#conclude(outcome.backup, outcome.failure ?? null);
      return outcome.value;
    } catch (error) {
      const known = this.signal.aborted ? abortReason(this.signal) : toBackupError(error);
      await this.#conclude(this.#backup, known);
      throw known;
    }
  }

  /** As `work`, but not for long once the job was ended. */
  async #bounded<T>(work: Promise<T>): Promise<T> {
    const gaveUp = new Promise<never>((_, reject) => {
      this.#giveUp = () => {
        reject(abortReason(this.signal));
      };
      this.signal.addEventListener('abort', () => {
        this.#wait();
      });
    });
    try {
      return await Promise.race([work, gaveUp]);
    } finally {
      this.#ended = true;
      this.#tellOver();
      this.#timer?.cancel();
      this.#patience?.cancel();
    }
  }

  #wait(): void {
    this.#patience?.cancel();
    const ms = Math.max(CLEAN_UP_MS, this.#allowedUntil - this.#clock.monotonic());
    this.#patience = this.#clock.setTimer(ms, this.#giveUp);
  }

  #inProgress(progress: Progress | null): void {
    if (this.#ended) return;
    this.#publish({
      ...this.#identity,
      event_type: 'in_progress',
      backup_stage: this.#stage,
      progress,
      late: this.#late,
      ...NOT_OVER,
    });
  }

  async #conclude(backup: BackupRecord | null, error: BackupError | null): Promise<void> {
    const will_retry = error === null ? null : await this.#willRetry(error);
    const shared = {
      ...this.#identity,
      backup_stage: null,
      progress: null,
      will_retry,
      late: this.#late,
      backup,
    } as const;
    const event: BackupEvent =
      error === null
        ? { ...shared, event_type: 'completed', failed_reason: null, error: null }
        : { ...shared, event_type: 'failed', failed_reason: error.code, error: error.message };
    await this.#remember(event, error);
    this.#publish(event);
  }
}

const NOT_OVER = { failed_reason: null, error: null, backup: null, will_retry: null } as const;

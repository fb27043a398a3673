import type { Clock, Timer } from '../clock.ts';
import { nextRun } from './next-run.ts';
import type { Schedule } from './schedule.ts';

/** No sleep is longer, so that a clock that was set, a new time zone or a machine that slept is noticed soon. */
const STEP_MS = 15_000;
/** After this a run that is due counts as late. */
const LATE_MS = 300_000;
/** How long a run that was missed before the start waits: flows and network come first. */
const START_DELAY_MS = 20_000;
/** What is known from later than this after now was noted by a clock that went wrong. */
const FUTURE_MS = 86_400_000;

/** How long the next time of the machine's own time zone is believed: that may be changed. */
const BELIEVED_MS = 600_000;

export interface DueRun {
  /** When it was due: of several that were missed, the first. Milliseconds since the epoch. */
  readonly dueMs: number;
  /** Whether it was missed and is made up for. */
  readonly late: boolean;
}

export interface SchedulerOptions {
  readonly clock: Clock;
  readonly schedule: Schedule;
  /** All that was due until then is settled; null when the schedule is new. Milliseconds since the epoch. */
  readonly settledMs: number | null;
  /** Whether a run that was missed before the start is made up for. */
  readonly catchUp: boolean;
  /** Told before `run`, to be remembered: what was due until then is settled. */
  readonly settle: (untilMs: number) => void;
  readonly run: (due: DueRun) => void;
}

/** Owns the timer of one schedule. However many runs were missed, one makes up for them, and none is made twice. */
export class Scheduler {
  readonly #options: SchedulerOptions;
  readonly #startedAt: number;
  #settledMs: number;
  #timer: Timer | null = null;
  #stopped = false;
  #known: { readonly afterMs: number; readonly dueMs: number | null; readonly at: number } | null = null;

  /** Starts it. */
  constructor(options: SchedulerOptions) {
    const { clock, settledMs, catchUp } = options;
    this.#options = options;
    this.#startedAt = clock.monotonic();
    const now = clock.now();
    this.#settledMs = settledMs ?? now;
    const missed = this.#missed(now);
    if (settledMs === null || (missed && !catchUp)) this.#settle(now);
    this.#look();
  }

  /** When it is due next, as far as is known now; null for never. Milliseconds since the epoch. */
  next(): number | null {
    const now = this.#options.clock.now();
    const dueMs = this.#due();
    return dueMs === null || dueMs > now ? dueMs : nextRun(this.#options.schedule, now);
  }

  stop(): void {
    this.#stopped = true;
    this.#timer?.cancel();
  }

  #look(): void {
    const now = this.#options.clock.now();
    if (this.#settledMs > now + FUTURE_MS) this.#settle(now);
    const dueMs = this.#due();
    const waits = dueMs !== null && this.#missed(now) ? START_DELAY_MS - this.#sinceStart() : 0;
    if (dueMs !== null && dueMs <= now && waits <= 0) this.#run(dueMs, now);
    this.#sleep(waits > 0 ? waits : (this.next() ?? Infinity) - now);
  }

  #run(dueMs: number, now: number): void {
    // First, so that a run that ends the process is not made again.
    this.#settle(now);
    this.#options.run({ dueMs, late: now - dueMs > LATE_MS });
  }

  #sleep(ms: number): void {
    if (this.#stopped) return;
    this.#timer = this.#options.clock.setTimer(Math.min(Math.max(ms, 0), STEP_MS), () => {
      this.#look();
    });
  }

  #missed(now: number): boolean {
    const dueMs = this.#due();
    return dueMs !== null && now - dueMs > LATE_MS;
  }

  /** The first time that is not settled. To find it takes a while, above all when there is none. */
  #due(): number | null {
    const { clock, schedule } = this.#options;
    const afterMs = this.#settledMs;
    const at = clock.monotonic();
    const isFixed = schedule.timeZone !== null || this.#known?.dueMs === null;
    const isKnown = this.#known?.afterMs === afterMs && (isFixed || at - this.#known.at < BELIEVED_MS);
    if (this.#known === null || !isKnown) this.#known = { afterMs, at, dueMs: nextRun(schedule, afterMs) };
    return this.#known.dueMs;
  }

  #sinceStart(): number {
    return this.#options.clock.monotonic() - this.#startedAt;
  }

  #settle(untilMs: number): void {
    this.#settledMs = untilMs;
    this.#options.settle(untilMs);
  }
}

import type { TaskProgress } from '../../archive/tasks.ts';
import type { Clock } from '../../clock.ts';
import type { Progress } from '../../model.ts';

/** At most four a second. */
const INTERVAL_MS = 250;

/** Makes of a task's figures what people see: seldom enough, and never going back. */
export class ProgressMeter {
  readonly #clock: Clock;
  #last: number | null = null;
  #percent = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** @returns null when it is too soon to say something again */
  measure(progress: TaskProgress): Progress | null {
    const now = this.#clock.monotonic();
    if (this.#last !== null && now - this.#last < INTERVAL_MS) return null;
    this.#last = now;
    const { bytes, total, files } = progress;
    const percent = total > 0 ? Math.floor((bytes / total) * 100) : 0;
    this.#percent = Math.min(100, Math.max(this.#percent, percent));
    return { percent: this.#percent, bytes, total_bytes: total, files };
  }
}

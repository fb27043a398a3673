import type { Clock, Timer } from '../../clock.ts';

/** The timers of Node.js reach 24 days. */
const LONGEST_TIMER_MS = 24 * 60 * 60 * 1000;

/** Wakes once, at the earliest of the moments that it was last set to, or a day from now if that is earlier. */
export class Alarm {
  readonly #clock: Clock;
  readonly #wake: () => void;
  #timer: Timer | null = null;

  constructor(clock: Clock, wake: () => void) {
    this.#clock = clock;
    this.#wake = wake;
  }

  /** @param moments - of the monotonic clock; one that has passed is now, and where there are none nothing wakes */
  set(moments: readonly number[]): void {
    this.cancel();
    if (moments.length === 0) return;
    const wait = Math.max(0, Math.min(...moments) - this.#clock.monotonic());
    this.#timer = this.#clock.setTimer(Math.min(wait, LONGEST_TIMER_MS), this.#wake);
  }

  cancel(): void {
    this.#timer?.cancel();
    this.#timer = null;
  }
}

import { nextTurn } from '../clock.ts';
import type { Clock } from '../clock.ts';

const SLICE_MS = 2;

/** Lets a long row of short synchronous steps give way to the event loop, every two milliseconds. */
export class TimeSlices {
  readonly #clock: Clock;
  #begun: number;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#begun = clock.monotonic();
  }

  /** Whether the next step has to wait for `next`. Asked first, because awaiting costs more than most steps. */
  get isOver(): boolean {
    return this.#clock.monotonic() - this.#begun >= SLICE_MS;
  }

  async next(): Promise<void> {
    if (!this.isOver) return;
    await nextTurn();
    this.#begun = this.#clock.monotonic();
  }
}

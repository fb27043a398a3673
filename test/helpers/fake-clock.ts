import type { Clock, Timer } from '../../src/clock.ts';

interface Pending {
  readonly at: number;
  readonly callback: () => void;
}

/** A clock that stands still until it is told to go on. */
export class FakeClock implements Clock {
  #now: number;
  /** Where `monotonic` is when the time of day is 0. */
  #behind = 0;
  readonly #pending = new Set<Pending>();

  /** @param start - milliseconds since the epoch */
  constructor(start: number = Date.UTC(2026, 10, 20, 2, 0, 0)) {
    this.#now = start;
  }

  /** Timers that wait. */
  get pending(): number {
    return this.#pending.size;
  }

  now(): number {
    return this.#now - this.#behind;
  }

  monotonic(): number {
    return this.#now;
  }

  setTimer(ms: number, callback: () => void): Timer {
    const pending = { at: this.#now + ms, callback };
    this.#pending.add(pending);
    return {
      cancel: () => {
        this.#pending.delete(pending);
      },
    };
  }

  /** Sets the time of day, as somebody who corrects a clock does; no time passes. */
  setTimeOfDay(now: number): void {
    this.#behind = this.#now - now;
  }

  /** Lets time pass, and calls what is due in its order. */
  advance(ms: number): void {
    this.#now += ms;
    const due = [...this.#pending].filter(({ at }) => at <= this.#now).sort((a, b) => a.at - b.at);
    for (const pending of due) {
      if (this.#pending.delete(pending)) pending.callback();
    }
  }
}

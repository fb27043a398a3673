/** A place in the line. */
export interface Ticket {
  /** Resolves when it is this one's turn. Never rejects. */
  readonly ready: Promise<void>;
  /** Whether it was its turn at once. */
  readonly atOnce: boolean;
  /** Says that its end is near: who would rather be refused than wait waits for this one. */
  ending(): void;
  /** Gives the turn to the next, or leaves the line; calling it twice does no harm. */
  release(): void;
}

interface Waiter {
  readonly begin: () => void;
  isEnding: boolean;
}

/** One at a time, in the order of asking. */
export class Turns {
  readonly #line: Waiter[] = [];

  /** Whether somebody has the turn, or waits for it, whose end is not near. */
  get busy(): boolean {
    return this.#line.some(({ isEnding }) => !isEnding);
  }

  /** Takes the turn or a place in the line, before it returns. */
  ask(): Ticket {
    const atOnce = this.#line.length === 0;
    let begin: () => void = () => undefined;
    const ready = new Promise<void>((resolve) => {
      begin = resolve;
    });
    const waiter: Waiter = { begin, isEnding: false };
    this.#line.push(waiter);
    if (atOnce) begin();
    return {
      ready,
      atOnce,
      ending: () => {
        waiter.isEnding = true;
      },
      release: () => {
        this.#leave(waiter);
      },
    };
  }

  #leave(waiter: Waiter): void {
    const place = this.#line.indexOf(waiter);
    if (place < 0) return;
    this.#line.splice(place, 1);
    if (place === 0) this.#line[0]?.begin();
  }
}

/** A place in the line. */
export interface Ticket {
  /** Resolves when it is this one's turn. Never rejects. */
  readonly ready: Promise<void>;
  /** Whether it was its turn at once. */
  readonly atOnce: boolean;
  /** Gives the turn to the next, or leaves the line; calling it twice does no harm. */
  release(): void;
}

interface Waiter {
  readonly begin: () => void;
}

/** One at a time, in the order of asking. */
export class Turns {
  readonly #line: Waiter[] = [];

  get busy(): boolean {
    return this.#line.length > 0;
  }

  /** Takes the turn or a place in the line, before it returns. */
  ask(): Ticket {
    const atOnce = !this.busy;
    let begin: () => void = () => undefined;
    const ready = new Promise<void>((resolve) => {
      begin = resolve;
    });
    const waiter = { begin };
    this.#line.push(waiter);
    if (atOnce) begin();
    return {
      ready,
      atOnce,
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

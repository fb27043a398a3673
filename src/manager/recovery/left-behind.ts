import { toBackupError } from '../../errors.ts';
import type { EventBus, JobIdentity } from '../../events.ts';
import { resumeHooks } from '../create/between-hooks.ts';
import type { EngineParts } from '../engine-parts.ts';
import type { Journal } from '../jobs/journal.ts';
import type { Unfinished } from '../jobs/unfinished.ts';
import type { Turns } from '../jobs/turns.ts';

export interface LeftBehindOptions {
  readonly parts: EngineParts;
  readonly journal: Journal;
  readonly turns: Turns;
  readonly events: EventBus;
  /** Jobs that an earlier process did not end, already cleaned up. */
  readonly unfinished: readonly Unfinished[];
  /** Jobs of one whose hooks after them have not run. */
  readonly hooksDue: readonly JobIdentity[];
}

/** What an earlier process left: told once to those who listen, and then forgotten. */
export class LeftBehind {
  readonly #parts: EngineParts;
  readonly #journal: Journal;
  readonly #turns: Turns;
  readonly #events: EventBus;
  #unfinished: readonly Unfinished[];
  #hooksDue: readonly JobIdentity[];
  #forgetting: Promise<unknown> = Promise.resolve();

  constructor({ parts, journal, turns, events, unfinished, hooksDue }: LeftBehindOptions) {
    this.#parts = parts;
    this.#journal = journal;
    this.#turns = turns;
    this.#events = events;
    this.#unfinished = unfinished;
    this.#hooksDue = hooksDue;
  }

  /** Tells of the jobs, and runs the hooks that are due. */
  announce(): void {
    const unfinished = this.#unfinished;
    this.#unfinished = [];
    for (const { event } of unfinished) this.#events.publish(event);
    this.#forget(unfinished);
    this.#resumeHooks(unfinished);
  }

  /** Those that nobody listened for are remembered as their plans' last error. */
  async close(): Promise<void> {
    this.#forget(this.#unfinished);
    this.#unfinished = [];
    await this.#forgetting;
  }

  /** What a new backup would stop again must have been resumed by then. */
  #resumeHooks(unfinished: readonly Unfinished[]): void {
    const due = this.#hooksDue;
    this.#hooksDue = [];
    if (due.length === 0) return;
    const ticket = this.#turns.ask();
    const resumed = ticket.ready.then(() => resumeHooks(this.#parts, { due, unfinished }));
    resumed
      .catch((error: unknown) => {
        this.#parts.warn(toBackupError(error).message);
      })
      .finally(() => {
        ticket.release();
      });
  }

  #forget(unfinished: readonly Unfinished[]): void {
    const forgotten = unfinished.map(({ event }) => this.#journal.add(event).then(() => this.#journal.forget(event)));
    this.#forgetting = Promise.all([this.#forgetting, ...forgotten]);
  }
}

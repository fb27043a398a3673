import type { Clock } from '../clock.ts';
import { isAbandoned, isPartialName } from '../io/partial-name.ts';
import type { AgentOptions } from './agent.ts';
import type { FileStore } from './file-store.ts';
import { ensureLocation } from './location.ts';

/** What is done when a location is about to be used: leftovers of dead processes go, and it gets its id. */
export class Housekeeping {
  readonly #store: FileStore;
  readonly #clock: Clock;
  readonly #newPartial: () => string;
  #preparing: Promise<void> | null = null;
  #swept: Promise<void> | null = null;

  constructor(store: FileStore, clock: Clock, newPartial: () => string) {
    this.#store = store;
    this.#clock = clock;
    this.#newPartial = newPartial;
  }

  /**
   * Before each write: the folder may have been removed, and come back as another disk's, since the last one.
   *
   * @param options - of the location, not of one caller: those who ask at the same time wait for the same
   */
  beforeWrite(options: AgentOptions): Promise<void> {
    this.#preparing ??= this.#prepare(options).finally(() => {
      this.#preparing = null;
    });
    return this.#preparing;
  }

  /** Before the first listing. That it fails (a read-only disk) is no reason to fail. */
  beforeRead(options: AgentOptions): Promise<void> {
    this.#swept ??= this.#sweep(options);
    return this.#swept;
  }

  async #prepare(options: AgentOptions): Promise<void> {
    await this.#store.prepare(options);
    this.#swept = this.#sweep(options);
    await this.#swept;
    await ensureLocation(this.#store, this.#newPartial(), options);
  }

  async #sweep(options: AgentOptions): Promise<void> {
    await this.#removeAbandoned(options).catch(() => undefined);
  }

  async #removeAbandoned(options: AgentOptions): Promise<void> {
    const now = this.#clock.now();
    for (const { name, modifiedMs } of await this.#store.list({ ...options, wanted: isPartialName })) {
      if (isAbandoned(name, now - modifiedMs)) await this.#store.remove(name, options);
    }
  }
}

import { canceled } from './jobs.ts';
import type { Job } from './engine.ts';

/** One job that several may have asked for: each gets a handle, and it is canceled when the last of them no longer wants it. */
export class SharedJob<T> {
  readonly #job: Job<T>;
  #wanted = 0;

  constructor(job: Job<T>) {
    this.#job = job;
  }

  handle(): Job<T> {
    this.#wanted++;
    let leave: () => void = () => undefined;
    const left = new Promise<never>((_, reject) => {
      leave = () => {
        reject(canceled());
      };
    });
    const result = Promise.race([this.#job.result, left]);
    result.catch(() => undefined);
    let wants = true;
    const cancel = (): void => {
      if (!wants) return;
      wants = false;
      this.#wanted--;
      if (this.#wanted === 0) this.#job.cancel();
      else leave();
    };
    return { ...this.#job, result, cancel };
  }
}

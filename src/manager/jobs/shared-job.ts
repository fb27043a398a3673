import { canceled } from './jobs.ts';
import type { Job } from './job.ts';
import type { StartedJob } from './jobs.ts';

/** One job that several may have asked for: each gets a handle, and it is canceled when the last of them no longer wants it. */
export class SharedJob<T> {
  readonly #job: StartedJob<T>;
  #wanted = 0;

  constructor(job: StartedJob<T>) {
    this.#job = job;
  }

  /** Whether it is about to end: nobody can join it any more. */
  get isCanceled(): boolean {
    return this.#job.signal.aborted;
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
    const { jobId, kind, planId, nodeId } = this.#job;
    return { jobId, kind, planId, nodeId, result, cancel };
  }
}

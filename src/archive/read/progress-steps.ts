import type { TaskContext } from '../tasks.ts';

const STEP_BYTES = 4 * 1024 * 1024;
const STEP_MEMBERS = 64;

/** Tells of progress every few members or megabytes, however large or small the files are. */
export class ProgressSteps {
  readonly #context: TaskContext;
  readonly #total: number;
  #told = 0;
  #members = 0;

  /** @param total - bytes in all */
  constructor(context: TaskContext, total: number) {
    this.#context = context;
    this.#total = total;
  }

  /** To be called for each part of a content. */
  bytes(bytes: number, files: number): void {
    if (bytes - this.#told >= STEP_BYTES) this.#tell(bytes, files);
  }

  /** To be called after each member. */
  member(bytes: number, files: number): void {
    this.#members += 1;
    if (this.#members % STEP_MEMBERS === 0) this.#tell(bytes, files);
  }

  #tell(bytes: number, files: number): void {
    this.#told = bytes;
    // Content that a hard link gets was not foreseen.
    this.#context.onProgress({ bytes: Math.min(bytes, this.#total), total: this.#total, files });
  }
}

import type { TaskContext } from '../tasks.ts';

const STEP_BYTES = 4 * 1024 * 1024;
const STEP_MEMBERS = 64;

/** Tells of progress every few members or megabytes, however large or small the files are. */
export class ProgressSteps {
  readonly #context: TaskContext;
  readonly #total: number;
  #beside = 0;
  #last = 0;
  #told = 0;
  #members = 0;
  #files = 0;

  /** @param total - bytes in all */
  constructor(context: TaskContext, total: number) {
    this.#context = context;
    this.#total = total;
  }

  /** To be called for each part of a content. */
  bytes(bytes: number, files: number): void {
    this.#last = bytes;
    if (bytes + this.#beside - this.#told >= STEP_BYTES) this.#tell(bytes, files);
  }

  /** To be called for what is read beside the members, with all bytes of it so far. */
  beside(bytes: number): void {
    this.#beside = bytes;
    this.bytes(this.#last, this.#files);
  }

  /** To be called after each member. */
  member(bytes: number, files: number): void {
    this.#members += 1;
    this.#last = bytes;
    if (this.#members % STEP_MEMBERS === 0) this.#tell(bytes, files);
  }

  #tell(bytes: number, files: number): void {
    this.#files = files;
    this.#told = bytes + this.#beside;
    // Content that a hard link gets was not foreseen.
    this.#context.onProgress({ bytes: Math.min(this.#told, this.#total), total: this.#total, files });
  }
}

import type { MessagePort } from 'node:worker_threads';
import type { SerializedError } from '../../errors.ts';
import type { SourcePort } from '../../io/thread-source.ts';
import type { ArchiveTask, TaskProgress, TaskResults } from '../tasks.ts';

export interface WorkerData {
  readonly task: ArchiveTask;
  readonly niceness: number;
  /** Null when the task reads a file of this machine, or none. */
  readonly source: SourcePort | null;
  /** As `TaskContext.output`; null for what hands out nothing. */
  readonly output: MessagePort | null;
}

/** From the worker to who started it. After `done` or `failed` nothing follows. */
export type FromWorker =
  | { readonly type: 'progress'; readonly progress: TaskProgress }
  | { readonly type: 'done'; readonly result: TaskResults[ArchiveTask['kind']] }
  | { readonly type: 'failed'; readonly error: SerializedError };

/** To the worker: stop, clean up and answer `failed`. */
export interface ToWorker {
  readonly type: 'cancel';
}

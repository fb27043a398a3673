import { MessageChannel, Worker, type MessagePort } from 'node:worker_threads';
import { systemClock } from '../clock.ts';
import { BackupError, deserializeError } from '../errors.ts';
import type { ByteSource } from '../io/byte-source.ts';
import { startedModule } from '../io/started-module.ts';
import { serveSource } from '../io/thread-source.ts';
import type { ArchiveTask, TaskContext, TaskResults } from './tasks.ts';
import type { FromWorker, ToWorker, WorkerData } from './worker/worker-message.ts';

/** How long a canceled task may take to clean up before its thread is ended. A thread that hangs in a dead mount needs this. */
const CLEAN_UP_MS = 5_000;

/**
 * A walk makes much short-lived garbage. With a young generation of the usual size it grows to what this machine would allow, and with a
 * very small one it is collected so often that it takes a tenth of the time.
 */
const LIMITS = { maxYoungGenerationSizeMb: 24 };

/**
 * Runs a task in a thread of its own, so that this one stays free.
 *
 * @returns the task's result
 * @throws BackupError, or the signal's reason once it is aborted
 */
export async function runArchiveTask<T extends ArchiveTask>(
  task: T,
  context: TaskContext,
): Promise<TaskResults[T['kind']]> {
  context.signal.throwIfAborted();
  const entry = startedModule('archive/worker/archive-worker');
  const served = context.source === undefined ? null : serve(context.source);
  const source = served === null ? null : { port: served.far, size: served.size };
  const { niceness, output = null } = context;
  const data: WorkerData = { task, niceness, source, output };
  const ports = [source?.port, output].filter((port) => port !== null && port !== undefined);
  // It opens each file of a backup: not keeping book of them is a few percent.
  const options = { workerData: data, resourceLimits: LIMITS, trackUnmanagedFds: false };
  const worker = new Worker(entry, { ...options, transferList: ports });
  const ended = new Promise<void>((resolve) => {
    worker.once('exit', () => {
      resolve();
    });
  });
  const cancel = (): void => {
    worker.postMessage({ type: 'cancel' } satisfies ToWorker);
    const timer = systemClock.setTimer(CLEAN_UP_MS, () => void worker.terminate());
    void ended.then(() => {
      timer.cancel();
    });
  };
  context.signal.addEventListener('abort', cancel, { once: true });
  try {
    // The worker answers with the result of the kind of task that it was given.
    return (await settled(worker, context)) as TaskResults[T['kind']];
  } catch (error) {
    context.signal.throwIfAborted();
    throw error;
  } finally {
    context.signal.removeEventListener('abort', cancel);
    // It ends by itself: see `FramePool.close` for why a thread is not terminated when that can be helped.
    await ended;
    served?.near.close();
  }
}

interface Served {
  readonly near: MessagePort;
  readonly far: MessagePort;
  readonly size: number;
}

/** Lets the task's thread read a source of this one. */
function serve(source: ByteSource): Served {
  const { port1: near, port2: far } = new MessageChannel();
  serveSource(near, source);
  return { near, far, size: source.size };
}

function settled(worker: Worker, context: TaskContext): Promise<TaskResults[ArchiveTask['kind']]> {
  return new Promise((resolve, reject) => {
    worker.on('message', (message: FromWorker) => {
      switch (message.type) {
        case 'progress':
          context.onProgress(message.progress);
          return;
        case 'done':
          resolve(message.result);
          return;
        case 'failed':
          reject(deserializeError(message.error));
      }
    });
    worker.on('error', (cause: Error) => {
      reject(new BackupError('archive_failed', `The archive thread failed: ${cause.message}`, { cause }));
    });
    worker.on('exit', () => {
      reject(new BackupError('archive_failed', 'The archive thread ended without a result.'));
    });
  });
}

/** The thread in which one archive task runs; see `runArchiveTask`. */
import { parentPort, workerData } from 'node:worker_threads';
import { BackupError, serializeError } from '../../errors.ts';
import { ThreadSource } from '../../io/thread-source.ts';
import type { ArchiveTask, TaskContext, TaskResults } from '../tasks.ts';
import { stepBack } from './step-back.ts';
import type { FromWorker, ToWorker, WorkerData } from './worker-message.ts';

const port = parentPort;
if (port === null) throw new Error('archive-worker runs only as a worker thread');

const { task, niceness, source: sourcePort, output } = workerData as WorkerData;
const source = sourcePort === null ? null : new ThreadSource(sourcePort);
const canceling = new AbortController();

function send(message: FromWorker): void {
  port?.postMessage(message);
}

/** Loads only what this task needs: half of the time that a thread takes to start. */
async function run(context: TaskContext): Promise<TaskResults[ArchiveTask['kind']]> {
  switch (task.kind) {
    case 'create':
      return (await import('../write/create-archive.ts')).createArchive(task, context);
    case 'estimate':
      return (await import('../write/estimate-sources.ts')).estimateSources(task, context);
    case 'verify':
      return (await import('../read/verify-archive.ts')).verifyArchive(task, context);
    case 'restore':
      return (await import('../read/restore-archive.ts')).restoreArchive(task, context);
    case 'drill':
      return (await import('../read/restore-drill.ts')).restoreDrill(task, context);
    case 'flows':
      return (await import('../flows/read-flows.ts')).readFlows(task, context);
    case 'content':
      if (output === null) throw new Error('a content task has nowhere to send its bytes');
      return (await import('../read/read-content.ts')).readContent(task, context, output);
  }
}

stepBack(niceness);
port.on('message', (message: ToWorker) => {
  canceling.abort(new BackupError('canceled', `The job got the message "${message.type}".`));
});

try {
  const result = await run({
    signal: canceling.signal,
    niceness,
    ...(source !== null && { source }),
    onProgress: (progress) => {
      send({ type: 'progress', progress });
    },
  });
  send({ type: 'done', result });
} catch (error) {
  send({ type: 'failed', error: serializeError(error) });
}
await source?.close();
output?.close();
port.close();

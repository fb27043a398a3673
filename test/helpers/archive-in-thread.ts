/** The real archive code without a thread for each task, for tests that do many. */
import { readFlows } from '../../src/archive/flows/read-flows.ts';
import { readFileEntries } from '../../src/archive/read/file-entries.ts';
import { restoreArchive } from '../../src/archive/read/restore-archive.ts';
import { restoreDrill } from '../../src/archive/read/restore-drill.ts';
import { verifyArchive } from '../../src/archive/read/verify-archive.ts';
import { createArchive } from '../../src/archive/write/create-archive.ts';
import type { ArchiveTask, TaskContext, TaskResults } from '../../src/archive/tasks.ts';
import type { ArchivePort } from '../../src/manager/archive-port.ts';

function run(task: ArchiveTask, context: TaskContext): Promise<TaskResults[ArchiveTask['kind']]> {
  switch (task.kind) {
    case 'create':
      return createArchive(task, context);
    case 'verify':
      return verifyArchive(task, context);
    case 'restore':
      return restoreArchive(task, context);
    case 'drill':
      return restoreDrill(task, context);
    case 'flows':
      return readFlows(task, context);
    case 'estimate':
    case 'content':
      throw new Error(`${task.kind} is not for here`);
  }
}

export const archiveInThread: ArchivePort = {
  runTask: (task, context) => run(task, context) as never,
  readFiles: readFileEntries,
};

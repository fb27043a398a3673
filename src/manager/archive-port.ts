import type { ArchiveTask, TaskContext, TaskResults, FileEntry } from '../archive/tasks.ts';
import type { ArchiveToRead } from '../archive/read/open-archive.ts';

/** What the manager needs of the archive code. */
export interface ArchivePort {
  runTask<T extends ArchiveTask>(task: T, context: TaskContext): Promise<TaskResults[T['kind']]>;
  /** The members of an archive, from its manifest. */
  readFiles(archive: ArchiveToRead): AsyncIterable<FileEntry>;
}

/** The real archive code. It is loaded when it is first needed, so that a listing does not wait for it. */
export const archivePort: ArchivePort = {
  async runTask(task, context) {
    const { runArchiveTask } = await import('../archive/run-archive-task.ts');
    return runArchiveTask(task, context);
  },
  async *readFiles(archive) {
    const { readFileEntries } = await import('../archive/read/file-entries.ts');
    yield* readFileEntries(archive);
  },
};

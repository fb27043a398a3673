import type { ArchiveTask, TaskContext, TaskResults } from '../archive/tasks.ts';
import type { Compression, KeySet } from '../model.ts';
import type { FileEntry } from './reports.ts';

/** What the manager needs of the archive code. */
export interface ArchivePort {
  runTask<T extends ArchiveTask>(task: T, context: TaskContext): Promise<TaskResults[T['kind']]>;
  /**
   * The members of an archive, from its manifest.
   *
   * @param keys - null for one that is not encrypted
   */
  readFiles(path: string, compression: Compression, keys: KeySet | null): AsyncIterable<FileEntry>;
}

/** The real archive code. It is loaded when it is first needed, so that a listing does not wait for it. */
export const archivePort: ArchivePort = {
  async runTask(task, context) {
    const { runArchiveTask } = await import('../archive/run-archive-task.ts');
    return runArchiveTask(task, context);
  },
  async *readFiles(path, compression, keys) {
    const { readFileEntries } = await import('./file-entries.ts');
    yield* readFileEntries(path, compression, keys);
  },
};

import type { ArchiveTask, TaskContext, TaskResults } from '../archive/tasks.ts';
import type { ByteSource } from '../io/byte-source.ts';
import type { KeySet } from '../backup-request.ts';
import type { Compression } from '../model.ts';
import type { FileEntry } from './reports.ts';

/** An archive that can be read. */
export interface ArchiveToRead {
  /** Names it only, when there is a source. */
  readonly path: string;
  /** Its bytes, when they are not those of a file of this machine; closed when nobody reads on. */
  readonly source?: ByteSource;
  readonly compression: Compression;
  /** Null for one that is not encrypted. */
  readonly keys: KeySet | null;
}

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
    const { readFileEntries } = await import('./file-entries.ts');
    yield* readFileEntries(archive);
  },
};

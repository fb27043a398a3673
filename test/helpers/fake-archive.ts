import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import type {
  ArchiveTask,
  CreateTask,
  EstimatedSource,
  TaskContext,
  TaskResults,
  FileEntry,
} from '../../src/archive/tasks.ts';
import { orAborted } from '../../src/io/abort.ts';
import type { ArchivePort } from '../../src/manager/archive-port.ts';
import type { ArchiveToRead } from '../../src/archive/read/open-archive.ts';

const sha256 = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');

const fakeEstimate = (label: string): EstimatedSource => {
  return { label, files: 1, bytes: 2, unreadable: 0, is_complete: true, problem: null };
};

/** Stands in for the archive code: writes its header as the archive, and does as it is told. */
export class FakeArchive implements ArchivePort {
  readonly tasks: ArchiveTask[] = [];
  /** What a task does before it ends well; it may throw, or never end. */
  during: (task: ArchiveTask, context: TaskContext) => Promise<void> = () => Promise.resolve();
  /** Whether a task notices that it was ended. */
  heedsSignal = true;

  async runTask<T extends ArchiveTask>(task: T, context: TaskContext): Promise<TaskResults[T['kind']]> {
    this.tasks.push(task);
    const work = this.during(task, context);
    await (this.heedsSignal ? orAborted(work, context.signal) : work);
    return this.#result(task) as TaskResults[T['kind']];
  }

  #result(task: ArchiveTask): TaskResults[ArchiveTask['kind']] {
    if (task.kind === 'create') return this.#create(task);
    if (task.kind === 'estimate') return { sources: task.sources.map(({ label }) => fakeEstimate(label)) };
    if (task.kind === 'restore') return { files: 1, bytes: 2 };
    if (task.kind === 'drill') return { problems: [], files: 1, bytes: 2 };
    if (task.kind === 'flows')
      return { file: null, tabs: [], nodes: [], all: 0, credentials: 'none', problems: [], warnings: [] };
    if (task.kind === 'content') return {};
    const bytes = readFileSync(task.path);
    const problem = { code: 'archive_corrupt', member: 'data/x', message: 'The member data/x is damaged.' } as const;
    return { problems: task.expected?.sha256 === sha256(bytes) ? [] : [problem], files: 1, bytes: bytes.length };
  }

  #create(task: CreateTask): TaskResults['create'] {
    const bytes = Buffer.from(JSON.stringify(task.header));
    writeFileSync(task.path, bytes, { mode: 0o600, flag: 'wx' });
    return {
      size: bytes.length,
      sha256: sha256(bytes),
      compression: task.compression,
      files: 1,
      bytes: bytes.length,
      failedFiles: { count: 0, list: [] },
      manifestSha256: 'c'.repeat(64),
      notes: [],
      asides: [],
    };
  }

  async *readFiles({ path, source }: ArchiveToRead): AsyncGenerator<FileEntry, void, undefined> {
    await Promise.resolve();
    const size = source?.size ?? readFileSync(path).length;
    yield { path: 'data/x', type: 'file', size, mode: 0o644, mtime: '1', sha256: null, link: null };
    yield { path: 'data/y', type: 'file', size, mode: 0o644, mtime: '1', sha256: null, link: null };
  }
}

/** A door that the test opens. */
export interface Gate {
  readonly passed: Promise<void>;
  open(): void;
}

export function gate(): Gate {
  let open: () => void = () => undefined;
  const passed = new Promise<void>((resolve) => {
    open = resolve;
  });
  return {
    passed,
    open: () => {
      open();
    },
  };
}

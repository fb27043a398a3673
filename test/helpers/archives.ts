/** Makes, verifies and restores archives in tests, with as few words as can be. */
import { runArchiveTask } from '../../src/archive/run-archive-task.ts';
import type {
  CreateResult,
  CreateTask,
  RestoreResult,
  RestoreTask,
  TaskContext,
  VerifyResult,
  VerifyTask,
} from '../../src/archive/tasks.ts';
import { createArchive } from '../../src/archive/write/create-archive.ts';
import { restoreArchive } from '../../src/archive/read/restore-archive.ts';
import { verifyArchive } from '../../src/archive/read/verify-archive.ts';
import type { FolderSource } from '../../src/backup-request.ts';

export const BACKUP_ID = '20261120T020000Z-9f3ac1d2';

export function quietContext(signal: AbortSignal = new AbortController().signal): TaskContext {
  return { signal, niceness: 0, onProgress: () => undefined };
}

export function folderSource(path: string, label = 'data', exclude: readonly string[] = []): FolderSource {
  return { kind: 'folder', label, path, exclude };
}

export function createTask(path: string, changes: Partial<CreateTask> = {}): CreateTask {
  return {
    kind: 'create',
    path,
    header: {
      format: 1,
      backup_id: BACKUP_ID,
      name: 'Nightly',
      date: '2026-11-20T03:00:00.000+01:00',
      instance_id: '6f9619ff8b86d011b42d00c04fc964ff',
      instance_name: 'greenhouse',
      plan_id: 'plan',
      plan_name: 'Every night',
      automatic: true,
      node_red: null,
      extra: {},
    },
    sources: [],
    compression: 'zstd',
    encryption: null,
    excludeCaches: false,
    excludeIfPresent: [],
    skipFolders: [],
    unreadable: 'warn',
    copyDatabases: true,
    ...changes,
  };
}

/** In this thread, without the worker around it. */
export function create(path: string, changes: Partial<CreateTask>): Promise<CreateResult> {
  return createArchive(createTask(path, changes), quietContext());
}

export function verify(path: string, changes: Partial<VerifyTask> = {}): Promise<VerifyResult> {
  return verifyArchive(
    { kind: 'verify', path, compression: 'zstd', keys: null, expected: null, ...changes },
    quietContext(),
  );
}

export function restore(path: string, target: string, changes: Partial<RestoreTask> = {}): Promise<RestoreResult> {
  const task: RestoreTask = {
    kind: 'restore',
    path,
    compression: 'zstd',
    keys: null,
    backupId: BACKUP_ID,
    target,
    paths: null,
    overwrite: false,
    keepSetuid: false,
    ...changes,
  };
  return restoreArchive(task, quietContext());
}

export { runArchiveTask };

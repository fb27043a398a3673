/** The verbs that read a stored backup. They run beside each other and beside whatever holds the turn. */
import { BackupError } from '../../errors.ts';
import { throwIfAborted } from '../../io/abort.ts';
import { archiveOnDisk } from './archive-on-disk.ts';
import { archiveInParts } from './archive-in-parts.ts';
import type { EngineParts } from '../engine-parts.ts';
import { findStored, originOf, taskContext } from './find-stored.ts';
import type { JobContext, Outcome } from '../jobs/job-run.ts';
import type { BackupFlows, RestoreReport } from '../reports.ts';
import type { FileEntry } from '../../archive/tasks.ts';
import { pathProblem } from '../request-problem.ts';
import type { BackupPlace, FlowsRequest, RestoreRequest } from '../requests.ts';

export async function restoreBackup(
  parts: EngineParts,
  request: RestoreRequest,
  context: JobContext,
): Promise<Outcome<RestoreReport>> {
  const problem = pathProblem('target', request.target);
  if (problem !== null) throw new BackupError('invalid_request', problem);
  const found = await findStored(parts, request, context);
  const { record } = found;
  const { target, paths, overwrite, keepSetuid } = request;
  const open: typeof archiveInParts = paths === null ? archiveOnDisk : archiveInParts;
  const archive = await open(parts, found, context);
  try {
    context.enter('extract');
    const { backup_id: backupId, compression } = record;
    const keys = parts.keys.forArchive(record);
    const how = { target, paths, overwrite, keepSetuid, ...(await originOf(parts, backupId)) };
    const task = { kind: 'restore', path: archive.path, compression, keys, backupId, ...how } as const;
    const source = archive.source === undefined ? {} : { source: archive.source };
    const { files, bytes } = await parts.archive.runTask(task, { ...taskContext(parts, context), ...source });
    return { value: { backup_id: backupId, target, files, bytes }, backup: record };
  } finally {
    await archive.release();
  }
}

/** What is in a backup, by its manifest. */
export async function* listFiles(
  parts: EngineParts,
  { backupId, agentId }: BackupPlace,
  signal: AbortSignal,
): AsyncGenerator<FileEntry, void, undefined> {
  const agent = parts.registry.get(agentId);
  const record = await agent.get(backupId, { signal });
  const { compression } = record;
  const keys = parts.keys.forArchive(record);
  const archive = await archiveInParts(parts, { agent, record }, { signal, ...unheard });
  try {
    for await (const entry of parts.archive.readFiles({ ...archive, compression, keys })) {
      throwIfAborted(signal);
      yield entry;
    }
  } finally {
    await archive.release();
  }
}

/**
 * The flow tabs of a backup of Node-RED, and what is imported to have those that are chosen.
 *
 * @throws BackupError `invalid_request` when it has no flows, or no such tab; `restore_failed` when its flows cannot be loaded
 */
export async function readFlows(
  parts: EngineParts,
  { backupId, agentId, tabs }: FlowsRequest,
  signal: AbortSignal,
): Promise<BackupFlows> {
  const agent = parts.registry.get(agentId);
  const record = await agent.get(backupId, { signal });
  const { compression } = record;
  const keys = parts.keys.forArchive(record);
  const { path, source, release } = await archiveInParts(parts, { agent, record }, { signal, ...unheard });
  try {
    const context = { signal, niceness: parts.settings.niceness, onProgress: unheard.progress };
    const task = { kind: 'flows', path, compression, keys, backupId, tabs } as const;
    const result = await parts.archive.runTask(task, source === undefined ? context : { ...context, source });
    const [problem] = result.problems;
    if (result.file !== null) return { backup_id: backupId, file: result.file, tabs: result.tabs, nodes: result.nodes };
    if (problem !== undefined) throw new BackupError(problem.code, problem.message);
    const what = `Backup ${backupId} holds no flows of Node-RED.`;
    throw new BackupError('invalid_request', `${what} Choose one that has the user directory in it.`);
  } finally {
    await release();
  }
}

/** For what is no job. */
const unheard = { enter: () => undefined, progress: () => undefined };

/** The verbs that read a stored backup. They run beside each other and beside whatever holds the turn. */
import type { VerifyTask } from '../archive/tasks.ts';
import { toBackupError, BackupError } from '../errors.ts';
import { throwIfAborted } from '../io/abort.ts';
import type { BackupRecord } from '../model.ts';
import { archiveOnDisk, archiveToProve, knownArchive, type StoredBackup } from './archive-on-disk.ts';
import { archiveInParts } from './archive-parts.ts';
import type { FileEntry, RestoreReport, VerifyProblem, VerifyReport } from './reports.ts';
import type { BackupPlace, RestoreRequest } from './requests.ts';
import type { EngineParts } from './engine-parts.ts';
import type { JobContext, Outcome } from './job-run.ts';
import { pathProblem } from './request-problem.ts';

export async function find(
  parts: EngineParts,
  { backupId, agentId }: BackupPlace,
  context: JobContext,
): Promise<StoredBackup> {
  const agent = parts.registry.get(agentId);
  context.identify({ backup_id: backupId, agent_id: agent.id, agent_name: agent.name });
  const record = await agent.get(backupId, { signal: context.signal });
  context.identify({ name: record.name });
  return { agent, record };
}

export function taskContext(parts: EngineParts, context: JobContext): Parameters<EngineParts['archive']['runTask']>[1] {
  return {
    signal: context.signal,
    niceness: parts.options.niceness ?? 0,
    onProgress: (progress) => {
      context.progress(progress);
    },
  };
}

/** Proves that a backup can be restored. What it finds wrong is its result, and a `failed` event. */
export async function verifyBackup(
  parts: EngineParts,
  place: BackupPlace,
  context: JobContext,
): Promise<Outcome<VerifyReport>> {
  try {
    const found = await find(parts, place, context);
    const { record } = found;
    const archive = await archiveToProve(parts, found, context);
    try {
      const report = await verifyArchive(parts, { path: archive.path, record }, context);
      return { value: report, backup: record, ...failureOf(report) };
    } finally {
      await archive.release();
    }
  } catch (error) {
    throwIfAborted(context.signal);
    const known = toBackupError(error);
    if (known.code !== 'archive_corrupt' && known.code !== 'unsupported_format') throw known;
    const problem: VerifyProblem = { code: known.code, member: null, message: known.message };
    const report = { ok: false, backup_id: place.backupId, problems: [problem], files: 0, bytes: 0 };
    return { value: report, backup: null, failure: known };
  }
}

/** What is wrong with an archive of this machine, by its record and its manifest. */
export async function verifyArchive(
  parts: EngineParts,
  { path, record }: { readonly path: string; readonly record: BackupRecord },
  context: JobContext,
): Promise<VerifyReport> {
  context.enter('verify');
  const { backup_id: backupId, compression, files: fileCount, bytes: byteCount } = record;
  const keys = parts.keys.forArchive(record);
  const { size, sha256 } = await knownArchive(parts, record);
  const expected = { backupId, size, sha256, files: fileCount, bytes: byteCount };
  const task: VerifyTask = { kind: 'verify', path, compression, keys, expected };
  const { problems, files, bytes } = await parts.archive.runTask(task, taskContext(parts, context));
  return { ok: problems.length === 0, backup_id: backupId, problems, files, bytes };
}

function failureOf({ backup_id, problems }: VerifyReport): { failure?: BackupError } {
  const [first] = problems;
  if (first === undefined) return {};
  if (first.code === 'key_missing' || first.code === 'key_incorrect') {
    return { failure: new BackupError(first.code, `Backup ${backup_id} cannot be proved. ${first.message}`) };
  }
  const more = problems.length === 1 ? '' : ` (and ${String(problems.length - 1)} more)`;
  const what = `Backup ${backup_id} is damaged: ${first.message}${more}`;
  return { failure: new BackupError(first.code, `${what} Keep another copy, and check the disk that holds it.`) };
}

export async function restoreBackup(
  parts: EngineParts,
  request: RestoreRequest,
  context: JobContext,
): Promise<Outcome<RestoreReport>> {
  const problem = pathProblem('target', request.target);
  if (problem !== null) throw new BackupError('invalid_request', problem);
  const found = await find(parts, request, context);
  const { record } = found;
  const { target, paths, overwrite, keepSetuid } = request;
  const open: typeof archiveInParts = paths === null ? archiveOnDisk : archiveInParts;
  const archive = await open(parts, found, context);
  try {
    context.enter('extract');
    const { backup_id: backupId, compression } = record;
    const keys = parts.keys.forArchive(record);
    const made = (await parts.store.made.all()).get(backupId);
    const origin = made === undefined ? {} : { manifestSha256: made.manifestSha256 };
    const how = { target, paths, overwrite, keepSetuid, ...origin };
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

/** For what is no job. */
const unheard = { enter: () => undefined, progress: () => undefined };

/** The verbs that read a stored backup. They run beside each other and beside whatever holds the turn. */
import type { LocalAgent } from '../agents/local.ts';
import type { VerifyTask } from '../archive/tasks.ts';
import { toBackupError, BackupError } from '../errors.ts';
import { throwIfAborted } from '../io/abort.ts';
import type { AgentId, BackupId, BackupRecord } from '../model.ts';
import type { FileEntry, RestoreReport, VerifyProblem, VerifyReport } from './reports.ts';
import type { RestoreRequest } from './requests.ts';
import type { EngineParts } from './engine-parts.ts';
import type { JobContext, Outcome } from './job-run.ts';
import { pathProblem } from './request-problem.ts';

/** A location and the id of a backup there. */
export interface BackupPlace {
  readonly backupId: BackupId;
  readonly agentId: AgentId;
}

export interface Found {
  readonly agent: LocalAgent;
  readonly record: BackupRecord;
}

export async function find(
  parts: EngineParts,
  { backupId, agentId }: BackupPlace,
  context: JobContext,
): Promise<Found> {
  const agent = parts.registry.getLocal(agentId);
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

/** What the archive must be: what this instance made, before what a sidecar says. */
export async function expectation(parts: EngineParts, record: BackupRecord): Promise<VerifyTask['expected']> {
  const made = (await parts.store.made.all()).get(record.backup_id);
  const { size, sha256 } = made ?? record;
  return { backupId: record.backup_id, size, sha256, files: record.files, bytes: record.bytes };
}

/** Proves that a backup can be restored. What it finds wrong is its result, and a `failed` event. */
export async function verifyBackup(
  parts: EngineParts,
  place: BackupPlace,
  context: JobContext,
): Promise<Outcome<VerifyReport>> {
  try {
    const { agent, record } = await find(parts, place, context);
    context.enter('verify');
    const { compression } = record;
    const keys = parts.keys.forArchive(record);
    const expected = await expectation(parts, record);
    const task: VerifyTask = { kind: 'verify', path: agent.archivePath(record), compression, keys, expected };
    const { problems, files, bytes } = await parts.archive.runTask(task, taskContext(parts, context));
    const report = { ok: problems.length === 0, backup_id: record.backup_id, problems, files, bytes };
    return { value: report, backup: record, ...failureOf(report) };
  } catch (error) {
    throwIfAborted(context.signal);
    const known = toBackupError(error);
    if (known.code !== 'archive_corrupt' && known.code !== 'unsupported_format') throw known;
    const problem: VerifyProblem = { code: known.code, member: null, message: known.message };
    const report = { ok: false, backup_id: place.backupId, problems: [problem], files: 0, bytes: 0 };
    return { value: report, backup: null, failure: known };
  }
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
  const { agent, record } = await find(parts, request, context);
  context.enter('extract');
  const { target, paths, overwrite, keepSetuid } = request;
  const { files, bytes } = await parts.archive.runTask(
    {
      kind: 'restore',
      path: agent.archivePath(record),
      compression: record.compression,
      keys: parts.keys.forArchive(record),
      backupId: record.backup_id,
      target,
      paths,
      overwrite,
      keepSetuid,
    },
    taskContext(parts, context),
  );
  return { value: { backup_id: record.backup_id, target, files, bytes }, backup: record };
}

/** What is in a backup, by its manifest. */
export async function* listFiles(
  parts: EngineParts,
  { backupId, agentId }: BackupPlace,
  signal: AbortSignal,
): AsyncGenerator<FileEntry, void, undefined> {
  const agent = parts.registry.getLocal(agentId);
  const record = await agent.get(backupId, { signal });
  const keys = parts.keys.forArchive(record);
  for await (const entry of parts.archive.readFiles(agent.archivePath(record), record.compression, keys)) {
    throwIfAborted(signal);
    yield entry;
  }
}

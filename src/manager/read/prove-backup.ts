/** Proves that a stored backup can be restored. */
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { TaskProblem, VerifyTask } from '../../archive/tasks.ts';
import { isoLocal } from '../../clock.ts';
import { BackupError, toBackupError } from '../../errors.ts';
import { throwIfAborted } from '../../io/abort.ts';
import { partialName } from '../../io/partial-name.ts';
import type { BackupRecord } from '../../model.ts';
import { archiveToProve, knownArchive } from './archive-on-disk.ts';
import type { EngineParts } from '../engine-parts.ts';
import { isUnchecked } from '../../record.ts';
import { findStored, originOf, taskContext } from './find-stored.ts';
import type { JobContext, Outcome } from '../jobs/job-run.ts';
import type { VerifyReport } from '../reports.ts';
import type { BackupPlace } from '../requests.ts';

export interface ProofRequest extends BackupPlace {
  /** Restores it for a try as well. */
  readonly drill: boolean;
}

/** An archive file, and what it is said to be. */
interface Subject {
  readonly path: string;
  readonly record: BackupRecord;
}

type Finding = Pick<VerifyReport, 'problems' | 'warnings' | 'flows' | 'files' | 'bytes' | 'credentials'>;
type Content = Pick<Finding, 'problems' | 'warnings' | 'flows' | 'credentials'>;

const NO_CONTENT = { warnings: [], flows: null, credentials: null };
const NOTHING = { files: 0, bytes: 0, ...NO_CONTENT };
/** What is wrong with a backup itself; whatever else fails is no finding. */
const FINDINGS: readonly string[] = ['archive_corrupt', 'unsupported_format'];

/** What is wrong with the backup is the job's result, and a `failed` event. */
export async function proveBackup(
  parts: EngineParts,
  request: ProofRequest,
  context: JobContext,
): Promise<Outcome<VerifyReport>> {
  const { clock } = parts;
  const { backupId, agentId } = request;
  const startedMs = clock.monotonic();
  const { finding, backup, error } = await find(parts, request, context);
  const seconds = Math.round(clock.monotonic() - startedMs) / 1000;
  const report = { ok: finding.problems.length === 0, backup_id: backupId, agent_id: agentId, ...finding, seconds };
  const failure = error ?? failureOf(report);
  const verified = { date: isoLocal(clock.now()), ok: report.ok, problem: failure?.message ?? null };
  await parts.store.verified.note(agentId, backupId, verified).catch((cause: unknown) => {
    parts.warn(toBackupError(cause).message);
  });
  return { value: report, backup, ...(failure !== null && { failure }) };
}

interface Found {
  readonly finding: Finding;
  readonly backup: BackupRecord | null;
  /** What kept the archive from being read at all. */
  readonly error: BackupError | null;
}

async function find(parts: EngineParts, request: ProofRequest, context: JobContext): Promise<Found> {
  let backup: BackupRecord | null = null;
  try {
    const found = await findStored(parts, request, context);
    backup = found.record;
    const archive = await archiveToProve(parts, found, context);
    try {
      const subject = { path: archive.path, record: found.record };
      return { finding: await examine({ parts, context, drill: request.drill }, subject), backup, error: null };
    } finally {
      await archive.release();
    }
  } catch (error) {
    throwIfAborted(context.signal);
    const known = toBackupError(error);
    if (!FINDINGS.includes(known.code)) throw known;
    const problem = { code: known.code as TaskProblem['code'], member: null, message: known.message };
    return { finding: { ...NOTHING, problems: [problem] }, backup, error: known };
  }
}

interface Examination {
  readonly parts: EngineParts;
  readonly context: JobContext;
  readonly drill: boolean;
}

/** Each step only when those before found nothing: what is damaged need not be restored as well. */
async function examine(examination: Examination, subject: Subject): Promise<Finding> {
  const members = await verifyMembers(examination, subject);
  if (members.problems.length > 0) return members;
  const flows = await verifyFlows(examination, subject);
  if (flows.problems.length > 0 || !examination.drill) return { ...members, ...flows };
  return { ...members, ...flows, problems: await restoreForATry(examination, subject) };
}

/** Whether an archive is the one of its record, and every member as the manifest says. */
export async function verifyMembers(
  { parts, context }: Omit<Examination, 'drill'>,
  { path, record }: Subject,
): Promise<Finding> {
  context.enter('verify');
  const { backup_id: backupId, compression } = record;
  const keys = parts.keys.forArchive(record);
  const known = await knownArchive(parts, record);
  const { size, sha256 } = known;
  const contents = isUnchecked(record) ? { files: null, bytes: null } : { files: record.files, bytes: record.bytes };
  const expected = { backupId, size, sha256, ...contents };
  const task: VerifyTask = { kind: 'verify', path, compression, keys, expected };
  return { ...NO_CONTENT, ...(await parts.archive.runTask(task, taskContext(parts, context))) };
}

/** By what is read, and by nothing that is run: whoever can write where backups lie would else be let in. */
async function verifyFlows({ parts, context }: Examination, { path, record }: Subject): Promise<Content> {
  if (!record.sources.some(({ label }) => label === 'node-red')) return { ...NO_CONTENT, problems: [] };
  const { backup_id: backupId, compression } = record;
  const keys = parts.keys.forArchive(record);
  const task = { kind: 'flows', path, compression, keys, backupId, tabs: null, isProof: true } as const;
  const { file, all, ...told } = await parts.archive.runTask(task, taskContext(parts, context));
  const { problems, warnings, credentials } = told;
  return { problems, warnings, credentials, flows: file === null ? null : { file, nodes: all } };
}

/** In a folder below the state folder, which goes at the next start should this process die. */
async function restoreForATry(
  { parts, context }: Examination,
  { path, record }: Subject,
): Promise<readonly TaskProblem[]> {
  context.enter('extract');
  const { backup_id: backupId, compression } = record;
  const keys = parts.keys.forArchive(record);
  const scratch = join(parts.settings.stateDir, partialName(parts.store.state.current.instance_id));
  await mkdir(scratch, { mode: 0o700 });
  try {
    const where = { path, compression, keys, backupId, target: join(scratch, 'restored') };
    const task = { kind: 'drill', ...where, ...(await originOf(parts, backupId)) } as const;
    return (await parts.archive.runTask(task, taskContext(parts, context))).problems;
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

function failureOf({ backup_id, problems }: VerifyReport): BackupError | null {
  const [first] = problems;
  if (first === undefined) return null;
  const more = problems.length === 1 ? '' : ` (and ${String(problems.length - 1)} more)`;
  switch (first.code) {
    case 'key_missing':
    case 'key_incorrect':
      return new BackupError(first.code, `Backup ${backup_id} cannot be proved. ${first.message}`);
    case 'restore_failed':
    case 'no_flows':
      return new BackupError(first.code, `Backup ${backup_id} would not bring all back. ${first.message}${more}`);
    case 'archive_corrupt':
    case 'unsupported_format': {
      const what = `Backup ${backup_id} is damaged: ${first.message}${more}`;
      return new BackupError(first.code, `${what} Keep another copy, and check the disk that holds it.`);
    }
  }
}

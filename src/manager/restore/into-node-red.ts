/** The job of a restore into Node-RED: verified and extracted in the user directory, then applied at once or left for the next start. */
import { rm } from 'node:fs/promises';
import { change, filesInUse } from '../../apply/apply-restore.ts';
import { applyAtOnce, finishKilled } from '../../apply/at-once.ts';
import { writeJournal, type BackupRoles, type RestoreJournal } from '../../apply/journal.ts';
import { installModules, missingModules } from '../../apply/modules.ts';
import { newRestoreFolder, stagedIn, sweepRestores, type Kept } from '../../apply/restore-folders.ts';
import { checkStopped } from '../../apply/running-mark.ts';
import { checkTarget, stage, type Staged } from '../../apply/stage.ts';
import { expectedOf, lastWordAtOnce } from '../../apply/will-load.ts';
import { giveToOwner } from '../../apply/give-to-owner.ts';
import { isoLocal } from '../../clock.ts';
import { BackupError } from '../../errors.ts';
import { formatIdentity, processIdentity } from '../../io/process-identity.ts';
import type { BackupRecord } from '../../model.ts';
import { archiveOnDisk, type ArchiveOnDisk } from '../read/archive-on-disk.ts';
import type { JobParts } from '../jobs/job-parts.ts';
import type { JobContext, Outcome } from '../jobs/job-run.ts';
import { findStored, taskContext } from '../read/find-stored.ts';
import { verifyMembers } from '../read/prove-backup.ts';
import type { IntoReport } from '../reports.ts';
import { pathProblem } from '../request-problem.ts';
import type { IntoRequest } from '../requests.ts';
import { throwIfAborted } from '../../io/abort.ts';

/** The labels of what belongs to Node-RED; the second is there only when files lie outside. */
const LABELS = ['node-red', 'node-red-outside'];

interface Restoring {
  readonly parts: JobParts;
  readonly request: IntoRequest;
  readonly context: JobContext;
  readonly record: BackupRecord;
  /** Of this restore. */
  readonly folder: string;
}

interface Extracted {
  readonly files: number;
  readonly bytes: number;
  readonly header: Readonly<Record<string, unknown>>;
}

/** @throws BackupError before anything of the user directory is touched, or `restore_rolled_back` when all is as it was */
export async function restoreInto(
  parts: JobParts,
  request: IntoRequest,
  context: JobContext,
): Promise<Outcome<IntoReport>> {
  const { userDir, running } = request;
  const problem = pathProblem('userDir', userDir);
  if (problem !== null) throw new BackupError('invalid_request', problem);
  if (running === null) {
    checkStopped(userDir);
    await finishKilled(userDir);
  }
  await checkTarget(userDir, running);
  await parts.journal.running(context.identity, null, parts.clock.now());
  const found = await findStored(parts, request, context);
  const { record } = found;
  const archive = await archiveOnDisk(parts, found, context);
  try {
    await verify(parts, { record, archive }, context);
    await sweepRestores(userDir);
    const folder = await newRestoreFolder(userDir);
    try {
      return await extractAndStage({ parts, request, context, record, folder }, archive);
    } catch (error) {
      if (!(error instanceof BackupError && error.code === 'restore_rolled_back')) {
        await rm(folder, { recursive: true, force: true });
      }
      throw error;
    }
  } finally {
    await archive.release();
  }
}

async function verify(
  parts: JobParts,
  { record, archive }: { readonly record: BackupRecord; readonly archive: ArchiveOnDisk },
  context: JobContext,
): Promise<void> {
  const { problems } = await verifyMembers({ parts, context }, { path: archive.path, record });
  const [problem] = problems;
  if (problem === undefined) return;
  const text = `${problem.message} Nothing was changed. Restore another copy of backup ${record.backup_id}, or another backup.`;
  throw new BackupError(problem.code, text);
}

async function extractAndStage(restoring: Restoring, archive: ArchiveOnDisk): Promise<Outcome<IntoReport>> {
  const { parts, request, context, record, folder } = restoring;
  const { userDir, running, useSettings } = request;
  const { signal } = context;
  context.enter('extract');
  const extracted = await extract(restoring, archive);
  giveToOwner(folder, userDir);
  const { header } = extracted;
  const { confirmFewerLogins = false } = request;
  const staged = await stage({ folder, header, environment: running, useSettings, confirmFewerLogins, signal });
  const missing = missingModules(staged.content.root, userDir);
  if (request.installModules) await installModules(missing, userDir, signal);
  const lacking = missingModules(staged.content.root, userDir).map(({ name, spec }) => `${name}@${spec}`);
  throwIfAborted(signal);
  await parts.journal.forget(context.identity);
  const kept: Kept = { folder, journal: journalOf(restoring, staged, lacking) };
  await writeJournal(folder, kept.journal);
  const { files, bytes } = extracted;
  const shared = { backup_id: record.backup_id, user_dir: userDir, files, bytes, missing_modules: lacking };
  if (running !== null) {
    const { warnings: notes } = staged.content.verdict;
    const begun = { ...shared, starts: staged.starts, problems: [], notes, commands: [] };
    return { value: { ...begun, state: 'await_restart' }, backup: record, goesOn: true };
  }
  context.enter('apply');
  const { problems, notes, commands } = (await toldOf(await applyAtOnce(userDir, kept), userDir)).journal;
  return { value: { ...shared, state: 'completed', starts: 0, problems, notes, commands }, backup: record };
}

/** Says what Node-RED will load, which is known only now: its settings may have come with the restore. */
async function toldOf(kept: Kept, userDir: string): Promise<Kept> {
  const { expected, missingModules, notes, problems } = kept.journal;
  if (expected === undefined) return kept;
  const word = await lastWordAtOnce({ userDir, ...filesInUse(kept.journal) }, expected, missingModules);
  return change(kept, { problems: [...word.problems, ...problems], notes: [...word.notes, ...notes] });
}

async function extract({ parts, context, record, folder }: Restoring, archive: ArchiveOnDisk): Promise<Extracted> {
  const { compression, backup_id: backupId } = record;
  const keys = parts.keys.forArchive(record);
  const labels = new Set<string>();
  for await (const { path } of parts.archive.readFiles({ path: archive.path, compression, keys })) {
    throwIfAborted(context.signal);
    labels.add(path.split('/')[0] ?? '');
  }
  const paths = LABELS.filter((label) => labels.has(label));
  if (!paths.includes('node-red')) {
    throw new BackupError('restore_failed', 'This backup holds no Node-RED user directory. Restore it to a folder.');
  }
  const how = { target: stagedIn(folder), paths, overwrite: false, keepSetuid: false };
  const task = { kind: 'restore', path: archive.path, compression, keys, backupId, ...how, tellHeader: true } as const;
  const { files, bytes, header = {} } = await parts.archive.runTask(task, taskContext(parts, context));
  return { files, bytes, header };
}

function journalOf(
  { parts, request, context, record }: Restoring,
  { roles, content }: Staged,
  missing: readonly string[],
): RestoreJournal {
  return {
    phase: 'staged',
    way: request.running === null ? 'at_once' : 'at_start',
    job: context.identity,
    record,
    owner: formatIdentity(processIdentity()),
    staged: isoLocal(parts.clock.now()),
    roles,
    expected: expectedOf(content.verdict, roles.logins ?? []),
    useSettings: request.useSettings,
    firstHalf: false,
    steps: [],
    starts: 0,
    failure: null,
    problems: [],
    commands: [],
    ...(request.given !== undefined && { given: request.given }),
    notes: [...unknownNotes(roles), ...content.verdict.warnings],
    missingModules: missing,
    announced: request.running === null,
  };
}

function unknownNotes({ unknown = [] }: BackupRoles): readonly string[] {
  return unknown.map((member) => `${member} was not put anywhere: this version does not know what it is.`);
}

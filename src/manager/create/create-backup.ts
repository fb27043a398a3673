import { randomBytes } from 'node:crypto';
import { archiveName } from '../../backup-names.ts';
import type { LocalAgent, NewBackup } from '../../agents/local/local.ts';
import type { CreateResult, CreateTask } from '../../archive/tasks.ts';
import { compactUtc, isoLocal } from '../../clock.ts';
import { toBackupError } from '../../errors.ts';
import { throwIfAborted } from '../../io/abort.ts';
import { FORMAT_VERSION } from '../../model.ts';
import type { BackupRequest } from '../../backup-request.ts';
import type { BackupId, BackupRecord } from '../../model.ts';
import type { MadeBackup } from '../../store/made-backups.ts';
import { betweenHooks } from './between-hooks.ts';
import type { JobContext } from '../jobs/job-run.ts';
import { placesLeftOut } from './places-left-out.ts';
import { planMark } from './plan-mark.ts';
import type { JobParts } from '../jobs/job-parts.ts';

const DAY_MS = 24 * 60 * 60 * 1000;

/** One backup that is being made: what it is, where, and when it began. */
interface Making {
  readonly parts: JobParts;
  readonly request: BackupRequest;
  readonly context: JobContext;
  readonly agent: LocalAgent;
  readonly backupId: BackupId;
  readonly nowMs: number;
  readonly skipFolders: readonly string[];
}

/**
 * Makes a backup in a folder of this machine. When it throws, nothing of it is left.
 *
 * @param request - already found to be in order
 */
export async function createBackup(
  parts: JobParts,
  request: BackupRequest,
  context: JobContext,
): Promise<BackupRecord> {
  const nowMs = parts.clock.now();
  const backupId = `${compactUtc(nowMs)}-${randomBytes(4).toString('hex')}`;
  const agent = await parts.registry.local(request.folder);
  context.identify({ backup_id: backupId, agent_id: agent.id, agent_name: agent.name });
  const skipFolders = await placesLeftOut(parts, request);
  const making = { parts, request, context, agent, backupId, nowMs, skipFolders };
  await parts.journal.running(context.identity, request.folder, nowMs);
  return betweenHooks(parts, context, () => archive(making));
}

async function archive(making: Making): Promise<BackupRecord> {
  const { parts, request, context, agent } = making;
  context.enter('archive');
  const place = await agent.beginBackup({ signal: context.signal });
  try {
    const result = await parts.archive.runTask(taskFor(making, place), {
      signal: context.signal,
      niceness: parts.settings.niceness,
      onProgress: (progress) => {
        context.progress(progress);
      },
    });
    throwIfAborted(context.signal);
    return await keep(making, place, result);
  } catch (error) {
    await place.discard();
    throw toBackupError(error, 'archive_failed', `Cannot make the backup in ${request.folder}`);
  }
}

/** What this instance knows of the backup is written first, so that it never has to believe a sidecar about its own. */
async function keep(making: Making, place: NewBackup, result: CreateResult): Promise<BackupRecord> {
  const { parts, backupId } = making;
  const record = recordFor(making, result);
  const { size, sha256, manifestSha256 } = result;
  const made = { backupId, size, sha256, manifestSha256, planMark: planMark(making.request) };
  const isFirst = await isFirstOf(parts, made.planMark);
  await parts.store.made.add(made).catch((error: unknown) => {
    parts.warn(toBackupError(error).message);
  });
  try {
    await place.commit(record);
  } catch (error) {
    await parts.store.made.remove(made).catch(() => undefined);
    throw error;
  }
  tellFallback(making, result);
  for (const note of [...result.notes, ...(isFirst ? result.asides : [])]) parts.warn(note);
  return record;
}

/** Whether no backup of a plan is known that was set as it is now. */
async function isFirstOf({ store }: JobParts, mark: string): Promise<boolean> {
  const earlier = await store.made.all().catch(() => new Map<BackupId, MadeBackup>());
  return ![...earlier.values()].some(({ planMark: other }) => other === mark);
}

function tellFallback({ parts, request, backupId }: Making, { compression }: CreateResult): void {
  if (compression === request.compression) return;
  const what = `This Node.js (${process.version}) has no ${request.compression}: backup ${backupId} is compressed with ${compression}.`;
  parts.warn(`${what} Node.js 22.15 and newer have it.`);
}

type Maker = Pick<BackupRecord, 'instance_id' | 'instance_name' | 'plan_id' | 'plan_name' | 'automatic' | 'node_red'>;

function makerOf({ parts, request }: Making): Maker {
  const { nodeRedVersion, instanceName } = parts.settings;
  return {
    instance_id: parts.store.state.current.instance_id,
    instance_name: instanceName,
    plan_id: request.planId,
    plan_name: request.planName,
    automatic: request.automatic,
    node_red: nodeRedVersion === null ? null : { version: nodeRedVersion, node: process.versions.node },
  };
}

function taskFor(making: Making, place: NewBackup): CreateTask {
  const { request, backupId, nowMs, skipFolders } = making;
  const { sources, compression, encryption, excludeCaches, excludeIfPresent, unreadable, copyDatabases } = request;
  const header = {
    format: FORMAT_VERSION,
    backup_id: backupId,
    name: request.name,
    date: isoLocal(nowMs),
    ...makerOf(making),
    extra: request.extra,
  };
  return {
    kind: 'create',
    path: place.path,
    header,
    sources,
    compression,
    encryption,
    excludeCaches,
    excludeIfPresent,
    skipFolders,
    unreadable,
    copyDatabases,
  };
}

function recordFor(making: Making, result: CreateResult): BackupRecord {
  const { request, backupId, nowMs } = making;
  const { sources, keepDays } = request;
  const isProtected = request.encryption !== null;
  const { compression, failedFiles } = result;
  return {
    format: FORMAT_VERSION,
    file: archiveName(backupId, request.name, { compression, protected: isProtected }),
    backup_id: backupId,
    name: request.name,
    date: isoLocal(nowMs),
    size: result.size,
    sha256: result.sha256,
    protected: isProtected,
    compression,
    files: result.files,
    bytes: result.bytes,
    // The sidecar is not encrypted, so that of a protected backup tells no paths.
    failed_files: isProtected ? { count: failedFiles.count, list: [] } : failedFiles,
    sources: sources.map(({ label, path }) => (isProtected ? { label } : { label, path })),
    contains_secrets: sources.some(({ kind }) => kind === 'node-red'),
    ...makerOf(making),
    expires: keepDays === null ? null : isoLocal(nowMs + keepDays * DAY_MS),
    pinned: false,
    extra: request.extra,
  };
}

import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { BackupAgent } from '../../agents/agent.ts';
import { isLocalAgent } from '../../agents/local/local.ts';
import { BackupError, toBackupError } from '../../errors.ts';
import { throwIfAborted } from '../../io/abort.ts';
import { formatBytes } from '../../io/format-bytes.ts';
import { freeSpace } from '../../io/free-space.ts';
import { partialName } from '../../io/partial-name.ts';
import type { BackupRecord } from '../../model.ts';
import type { EngineParts } from '../engine-parts.ts';
import type { JobContext } from '../jobs/job-run.ts';

/** An archive that can be read as a file of this machine. */
export interface ArchiveOnDisk {
  readonly path: string;
  /** To be called when nobody reads it any more. */
  readonly release: () => Promise<void>;
}

/** A stored backup and where it is. */
export interface StoredBackup {
  readonly agent: BackupAgent;
  readonly record: BackupRecord;
}

/** What the archive must be: what this instance made, before what a sidecar says. */
export type KnownArchive = Pick<BackupRecord, 'size' | 'sha256'>;

/** What fetching needs of the job it is for. */
export type FetchContext = Pick<JobContext, 'signal' | 'enter' | 'progress'>;

/**
 * The archive where it lies, or, when that is no folder of this machine, a copy of it in the state folder, which `release` removes. One
 * that a dead process left goes at the next start.
 *
 * @throws BackupError `no_space` before anything is fetched; `archive_corrupt` when what comes is not what the backup is; what the
 * location says
 */
export async function archiveOnDisk(
  parts: EngineParts,
  stored: StoredBackup,
  context: FetchContext,
): Promise<ArchiveOnDisk> {
  const { archive, sha256, known } = await fetchArchive(parts, stored, context);
  if (sha256 === null || sha256 === known.sha256) return archive;
  await archive.release();
  throw notTheBackup(stored, 'bytes that do not have its sha256');
}

/** As `archiveOnDisk`, but for an archive of the right size it is left to whoever reads it to find out what is wrong with it. */
export async function archiveToProve(
  parts: EngineParts,
  stored: StoredBackup,
  context: FetchContext,
): Promise<ArchiveOnDisk> {
  return (await fetchArchive(parts, stored, context)).archive;
}

/** What is known of a stored backup's archive. */
export async function knownArchive({ store }: EngineParts, record: BackupRecord): Promise<KnownArchive> {
  return (await store.made.all()).get(record.backup_id) ?? record;
}

interface Fetched {
  readonly archive: ArchiveOnDisk;
  /** Of the bytes that were fetched; null when none were. */
  readonly sha256: string | null;
  readonly known: KnownArchive;
}

async function fetchArchive(parts: EngineParts, stored: StoredBackup, context: FetchContext): Promise<Fetched> {
  const { agent, record } = stored;
  const known = await knownArchive(parts, record);
  if (isLocalAgent(agent)) {
    const archive = { path: agent.archivePath(record), release: () => Promise.resolve() };
    return { archive, sha256: null, known };
  }
  const { stateDir } = parts.settings;
  context.enter('download_from_agent');
  await checkSpace(stateDir, record.backup_id, known.size);
  const path = join(stateDir, partialName(parts.store.state.current.instance_id));
  const release = (): Promise<void> => rm(path, { force: true });
  try {
    const sha256 = await fetchTo(path, { stored, known }, context);
    return { archive: { path, release }, sha256, known };
  } catch (error) {
    await release();
    throwIfAborted(context.signal);
    throw toBackupError(error, 'agent_error', `Cannot fetch backup ${record.backup_id} from ${agent.name}`);
  }
}

/** @returns the sha256 of what came, which has the size that is known */
async function fetchTo(
  path: string,
  { stored, known }: { readonly stored: StoredBackup; readonly known: KnownArchive },
  context: FetchContext,
): Promise<string> {
  const { agent, record } = stored;
  const { signal } = context;
  const hash = createHash('sha256');
  let bytes = 0;
  const watched = new Transform({
    transform(chunk: Buffer, _encoding, done): void {
      bytes += chunk.length;
      if (bytes > known.size) {
        done(notTheBackup(stored, `more than its ${String(known.size)} bytes`));
        return;
      }
      hash.update(chunk);
      context.progress({ bytes, total: known.size, files: record.files });
      done(null, chunk);
    },
  });
  const source = await agent.download(record.backup_id, { signal });
  await pipeline(source, watched, createWriteStream(path, { flags: 'wx', mode: 0o600 }), { signal });
  if (bytes < known.size) throw notTheBackup(stored, `only ${String(bytes)} of its ${String(known.size)} bytes`);
  return hash.digest('hex');
}

function notTheBackup({ agent, record }: StoredBackup, what: string): BackupError {
  const sent = `${agent.name} sent ${what} for backup ${record.backup_id}.`;
  return new BackupError('archive_corrupt', `${sent} Try once more; if it stays so, use another copy.`);
}

async function checkSpace(folder: string, backupId: string, size: number): Promise<void> {
  const free = await freeSpace(folder);
  if (free >= size) return;
  const what = `Backup ${backupId} has ${formatBytes(size)}, and ${folder} has only ${formatBytes(free)} free.`;
  throw new BackupError('no_space', `${what} Free some space: the backup is fetched there before it is read.`, {
    data: { needed: size, free },
  });
}

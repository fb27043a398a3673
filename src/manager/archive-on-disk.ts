import { createWriteStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { BackupAgent } from '../agents/agent.ts';
import { isLocalAgent } from '../agents/local.ts';
import { BackupError, toBackupError } from '../errors.ts';
import { throwIfAborted } from '../io/abort.ts';
import { formatBytes } from '../io/format-bytes.ts';
import { freeSpace } from '../io/free-space.ts';
import { partialName } from '../io/partial-name.ts';
import type { BackupRecord } from '../model.ts';
import type { EngineParts } from './engine-parts.ts';
import type { JobContext } from './job-run.ts';

/** An archive that can be read as a file of this machine. */
export interface ArchiveOnDisk {
  readonly path: string;
  /** To be called when nobody reads it any more. */
  release(): Promise<void>;
}

/** A stored backup and where it is. */
export interface StoredBackup {
  readonly agent: BackupAgent;
  readonly record: BackupRecord;
}

/**
 * The archive where it lies, or, when that is no folder of this machine, a copy of it in the state folder, which `release` removes. One
 * that a dead process left goes at the next start.
 *
 * @throws BackupError `no_space` before anything is fetched, or what the location says
 */
export async function archiveOnDisk(
  parts: EngineParts,
  { agent, record }: StoredBackup,
  context: JobContext,
): Promise<ArchiveOnDisk> {
  if (isLocalAgent(agent)) return { path: agent.archivePath(record), release: () => Promise.resolve() };
  const { stateDir } = parts.options;
  context.enter('download_from_agent');
  await checkSpace(stateDir, record);
  const path = join(stateDir, partialName(parts.store.state.current.instance_id));
  const release = (): Promise<void> => rm(path, { force: true });
  try {
    await fetchTo(path, { agent, record }, context);
    return { path, release };
  } catch (error) {
    await release();
    throwIfAborted(context.signal);
    throw toBackupError(error, 'agent_error', `Cannot fetch backup ${record.backup_id} from ${agent.name}`);
  }
}

async function fetchTo(path: string, { agent, record }: StoredBackup, context: JobContext): Promise<void> {
  const { signal } = context;
  const { size: total, files } = record;
  let bytes = 0;
  const counting = new Transform({
    transform(chunk: Buffer, _encoding, done): void {
      bytes += chunk.length;
      context.progress({ bytes: Math.min(bytes, total), total, files });
      done(null, chunk);
    },
  });
  const source = await agent.download(record.backup_id, { signal });
  await pipeline(source, counting, createWriteStream(path, { flags: 'wx', mode: 0o600 }), { signal });
}

async function checkSpace(folder: string, { backup_id, size }: BackupRecord): Promise<void> {
  const free = await freeSpace(folder);
  if (free >= size) return;
  const what = `Backup ${backup_id} has ${formatBytes(size)}, and ${folder} has only ${formatBytes(free)} free.`;
  throw new BackupError('no_space', `${what} Free some space: the backup is fetched there before it is read.`, {
    data: { needed: size, free },
  });
}

import type { BackupAgent } from '../../agents/agent.ts';
import { BackupError, toBackupError } from '../../errors.ts';
import { throwIfAborted } from '../../io/abort.ts';
import type { BackupRecord } from '../../model.ts';
import { ArchiveSources } from './archive-sources.ts';
import { askInTime } from '../locations/ask-in-time.ts';
import type { EngineParts } from '../engine-parts.ts';
import { findSources } from './find-sources.ts';
import type { Wanted } from './find-sources.ts';
import type { JobContext } from '../jobs/job-run.ts';
import { differsFromMade } from '../locations/merge-listings.ts';

/**
 * One try to bring a backup to a location.
 *
 * @returns its record, also when the location has it already
 */
export async function copyBackup(parts: EngineParts, wanted: Wanted, context: JobContext): Promise<BackupRecord> {
  const { signal } = context;
  const sources = new ArchiveSources(findSources(parts, wanted, signal), signal);
  try {
    const { record } = await sources.first();
    context.know(record);
    context.enter('upload_to_agents');
    await upload(wanted.target, record, { sources, context });
    return record;
  } catch (error) {
    throwIfAborted(signal);
    const known = toBackupError(error);
    const there = known.code === 'backup_not_found' ? await atTarget(parts, wanted, signal) : null;
    if (there === null) throw known;
    context.know(there);
    return there;
  }
}

interface Uploading {
  readonly sources: ArchiveSources;
  readonly context: JobContext;
}

async function upload(target: BackupAgent, record: BackupRecord, { sources, context }: Uploading): Promise<void> {
  const { signal } = context;
  const { size: total, files } = record;
  const onProgress = (bytes: number): void => context.progress({ bytes, total, files });
  for (;;) {
    const before = sources.place;
    try {
      await target.upload(record, sources.open, { signal, onProgress });
      return;
    } catch (error) {
      throwIfAborted(signal);
      // Said of bytes that are not those of the record: another source may have the right ones.
      if (error instanceof BackupError && error.code === 'upload_failed' && sources.place === before) sources.giveUp();
      if (!(await sources.movedOn(before))) throw error;
    }
  }
}

/** What the location itself has of a backup that no other has; null when it has nothing that can be believed. */
async function atTarget(
  { clock, store }: EngineParts,
  { target, backupId }: Wanted,
  signal: AbortSignal,
): Promise<BackupRecord | null> {
  try {
    const record = await askInTime(target, { clock, signal }, (either) => target.get(backupId, { signal: either }));
    return differsFromMade(record, await store.made.all()) === null ? record : null;
  } catch (error) {
    throwIfAborted(signal);
    if (toBackupError(error).code === 'backup_not_found') return null;
    throw error;
  }
}

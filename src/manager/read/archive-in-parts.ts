import { isLocalAgent } from '../../agents/local/local.ts';
import { BackupError, toBackupError } from '../../errors.ts';
import { throwIfAborted } from '../../io/abort.ts';
import type { ByteSource } from '../../io/byte-source.ts';
import { RangeSource } from '../../io/range-source.ts';
import {
  archiveOnDisk,
  knownArchive,
  type ArchiveOnDisk,
  type FetchContext,
  type StoredBackup,
} from './archive-on-disk.ts';
import type { EngineParts } from '../engine-parts.ts';

/** An archive of which only a part is read. */
export interface ArchiveInParts extends ArchiveOnDisk {
  /** Its bytes, when they are not those of a file of this machine. */
  readonly source?: ByteSource;
}

/**
 * For reading a small part of an archive: where the location can send parts, nothing else is fetched.
 *
 * @throws BackupError as `archiveOnDisk`; reading throws what the location says
 */
export async function archiveInParts(
  parts: EngineParts,
  stored: StoredBackup,
  context: FetchContext,
): Promise<ArchiveInParts> {
  const { agent, record } = stored;
  // The members of a gzip have no table: what lies before the wanted one is read in any case.
  if (isLocalAgent(agent) || !agent.abilities.range || record.compression === 'gzip') {
    return archiveOnDisk(parts, stored, context);
  }
  const { size } = await knownArchive(parts, record);
  if (size !== record.size) {
    const what = `The record of ${record.backup_id} at ${agent.name} tells of another size than that of the backup made here.`;
    throw new BackupError('archive_corrupt', `${what} Use another copy.`);
  }
  const source = new RangeSource(size, (start, length) => fetchRange(stored, { start, length }, context.signal));
  return { path: `${record.file} at ${agent.name}`, source, release: () => source.close() };
}

async function fetchRange(
  { agent, record }: StoredBackup,
  range: { readonly start: number; readonly length: number },
  signal: AbortSignal,
): Promise<Uint8Array> {
  const bytes = new Uint8Array(range.length);
  let at = 0;
  try {
    for await (const chunk of await agent.download(record.backup_id, { signal, range })) {
      const part = chunk as Uint8Array;
      if (at + part.length > bytes.length) throw wrongLength(agent.name, 'more');
      bytes.set(part, at);
      at += part.length;
    }
  } catch (error) {
    throwIfAborted(signal);
    throw toBackupError(error, 'agent_error', `Cannot read backup ${record.backup_id} at ${agent.name}`);
  }
  if (at < bytes.length) throw wrongLength(agent.name, 'fewer');
  return bytes;
}

function wrongLength(place: string, which: 'more' | 'fewer'): BackupError {
  const what = `${place} sent ${which} bytes of an archive than it was asked for.`;
  return new BackupError('agent_error', `${what} Try once more, or use another copy.`);
}

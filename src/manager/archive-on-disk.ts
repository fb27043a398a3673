import type { LocalAgent } from '../agents/local.ts';
import { throwIfAborted } from '../io/abort.ts';
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
  readonly agent: LocalAgent;
  readonly record: BackupRecord;
}

/** The archive where it lies. */
export function archiveOnDisk(
  parts: EngineParts,
  { agent, record }: StoredBackup,
  { signal }: JobContext,
): Promise<ArchiveOnDisk> {
  throwIfAborted(signal);
  const path = parts.registry.getLocal(agent.id).archivePath(record);
  return Promise.resolve({ path, release: () => Promise.resolve() });
}

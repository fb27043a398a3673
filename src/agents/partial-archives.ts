import type { Clock } from '../clock.ts';
import { BackupError } from '../errors.ts';
import { UNKNOWN_OWNER_MS } from '../io/partial-name.ts';
import { throwIfAborted } from '../io/abort.ts';
import type { BackupId, BackupRecord } from '../model.ts';
import type { AgentOptions, OpenArchive, UploadOptions } from './agent.ts';
import { checkedArchive } from './checked-archive.ts';
import type { FileStore } from './file-store.ts';

/** An archive whose upload lost its connection, and how many of its bytes are surely there. */
interface Interrupted {
  readonly name: string;
  readonly kept: number;
  readonly sha256: string;
  /** On the monotonic clock. */
  readonly since: number;
}

/** Archives on their way to a store. One that lost its connection is gone on with by the next upload of the same archive. */
export class PartialArchives {
  readonly #store: FileStore;
  readonly #clock: Clock;
  readonly #newPartial: () => string;
  readonly #interrupted = new Map<BackupId, Interrupted>();

  constructor(store: FileStore, clock: Clock, newPartial: () => string) {
    this.#store = store;
    this.#clock = clock;
    this.#newPartial = newPartial;
  }

  /** @returns the name of the partial archive, which is whole */
  async put(record: BackupRecord, open: OpenArchive, options: UploadOptions): Promise<string> {
    const before = await this.#resumable(record, options);
    const name = before?.name ?? this.#newPartial();
    const kept = before?.kept ?? 0;
    this.#interrupted.delete(record.backup_id);
    await this.#removeOld(options);
    const { signal } = options;
    const progress = progressOf(this.#store, kept, options);
    try {
      const chunks = checkedArchive(record, open, { signal, onProgress: progress.onRead, from: kept });
      const start = before === null ? {} : { start: kept };
      await this.#store.put(name, chunks, { signal, onConfirmed: progress.onConfirmed, ...start });
    } catch (error) {
      const left = error instanceof BackupError && error.temporary ? error.data['kept'] : undefined;
      if (typeof left === 'number') {
        const since = this.#clock.monotonic();
        this.#interrupted.set(record.backup_id, { name, kept: left, sha256: record.sha256, since });
      }
      throwIfAborted(signal);
      throw error;
    }
    return name;
  }

  /** What nobody went on with for a day will not be gone on with. */
  async #removeOld(options: AgentOptions): Promise<void> {
    const oldest = this.#clock.monotonic() - UNKNOWN_OWNER_MS;
    for (const [backupId, { name, since }] of this.#interrupted) {
      if (since > oldest) continue;
      this.#interrupted.delete(backupId);
      await this.#store.remove(name, options).catch(() => undefined);
    }
  }

  /** Null when there is nothing to go on with. */
  async #resumable(record: BackupRecord, options: AgentOptions): Promise<Interrupted | null> {
    const before = this.#interrupted.get(record.backup_id);
    if (before?.sha256 !== record.sha256) return null;
    const there = await this.#store.stat(before.name, options);
    return there !== null && there.size >= before.kept ? before : null;
  }
}

interface PutProgress {
  readonly onRead: (bytes: number) => void;
  readonly onConfirmed: (bytes: number) => void;
}

/** What counts as being at the location: what the store confirms, where it does, and else what it has taken. */
function progressOf({ resumes }: FileStore, kept: number, { onProgress }: UploadOptions): PutProgress {
  if (!resumes) return { onRead: onProgress, onConfirmed: () => undefined };
  // What is there already is read again, which takes its time and is a sign of life.
  const onRead = (bytes: number): void => {
    if (bytes <= kept) onProgress(kept);
  };
  return { onRead, onConfirmed: onProgress };
}

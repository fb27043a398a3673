import { BackupError } from '../errors.ts';
import type { BackupId, BackupRecord } from '../model.ts';
import type { AgentOptions, OpenArchive, UploadOptions } from './agent.ts';
import { checkedArchive } from './checked-archive.ts';
import type { FileStore } from './file-store.ts';

/** An archive whose upload lost its connection, and how many of its bytes are surely there. */
interface Interrupted {
  readonly name: string;
  readonly kept: number;
  readonly sha256: string;
}

/** Archives on their way to a store. One that lost its connection is gone on with by the next upload of the same archive. */
export class PartialArchives {
  readonly #store: FileStore;
  readonly #newPartial: () => string;
  readonly #interrupted = new Map<BackupId, Interrupted>();

  constructor(store: FileStore, newPartial: () => string) {
    this.#store = store;
    this.#newPartial = newPartial;
  }

  /** @returns the name of the partial archive, which is whole */
  async put(record: BackupRecord, open: OpenArchive, options: UploadOptions): Promise<string> {
    const before = await this.#resumable(record, options);
    const name = before?.name ?? this.#newPartial();
    const kept = before?.kept ?? 0;
    this.#interrupted.delete(record.backup_id);
    try {
      const chunks = checkedArchive(record, open, { ...options, from: kept });
      await this.#store.put(name, chunks, before === null ? options : { ...options, start: kept });
    } catch (error) {
      const left = error instanceof BackupError && error.temporary ? error.data['kept'] : undefined;
      if (typeof left === 'number') {
        this.#interrupted.set(record.backup_id, { name, kept: left, sha256: record.sha256 });
      }
      throw error;
    }
    return name;
  }

  /** Null when there is nothing to go on with. */
  async #resumable(record: BackupRecord, options: AgentOptions): Promise<Interrupted | null> {
    const before = this.#interrupted.get(record.backup_id);
    if (before?.sha256 !== record.sha256) return null;
    const there = await this.#store.stat(before.name, options);
    return there !== null && there.size >= before.kept ? before : null;
  }
}

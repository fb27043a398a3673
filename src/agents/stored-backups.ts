import { backupOf, ownerOfSidecar, sidecarName } from '../backup-names.ts';
import type { Clock } from '../clock.ts';
import { BackupError, toBackupError } from '../errors.ts';
import { abortReason, throwIfAborted } from '../io/abort.ts';
import type { BackupId, BackupRecord } from '../model.ts';
import type { AgentListing, AgentOptions, OpenArchive, RecordChanges, UploadOptions } from './agent.ts';
import { changeRecord } from './change-record.ts';
import { archiveProblem, classify } from './classify.ts';
import type { FileStore } from './file-store.ts';
import { PartialArchives } from './partial-archives.ts';
import { SidecarCache } from './sidecar-cache.ts';
import { formatSidecar, parseSidecar, SIDECAR_MAX_BYTES } from './sidecar.ts';
import type { SidecarReading, SidecarRecord } from './sidecar.ts';

/** How many sidecars are asked for at once. */
const PARALLEL_READS = 16;

export interface StoredBackupsOptions {
  readonly store: FileStore;
  readonly clock: Clock;
  /** The location's name, for messages. */
  readonly place: string;
  /** Gives names for files that are being written. */
  readonly newPartial: () => string;
}

/** The backups in one file store: an archive and its sidecar are two files, and the sidecar comes last and goes first. */
export class StoredBackups {
  readonly #store: FileStore;
  readonly #place: string;
  readonly #newPartial: () => string;
  readonly #archives: PartialArchives;
  readonly #sidecars: SidecarCache;

  constructor({ store, clock, place, newPartial }: StoredBackupsOptions) {
    this.#store = store;
    this.#place = place;
    this.#newPartial = newPartial;
    this.#archives = new PartialArchives(store, clock, newPartial);
    this.#sidecars = new SidecarCache(clock);
  }

  async add(record: BackupRecord, open: OpenArchive, options: UploadOptions): Promise<void> {
    if (await this.#isStored(record, options)) {
      options.onProgress(record.size);
      return;
    }
    await this.publish(record, await this.#archives.put(record, open, options), options);
  }

  /**
   * Makes a written partial archive a backup: its sidecar is written, then the archive gets its name, then the sidecar gets its
   * own. When it throws, nothing is left, not the archive either.
   */
  async publish(record: BackupRecord, archive: string, options: AgentOptions): Promise<void> {
    const sidecar = this.#newPartial();
    const made = [archive, sidecar];
    try {
      await this.#store.put(sidecar, [Buffer.from(formatSidecar(record), 'utf8')], options);
      throwIfAborted(options.signal);
      made.push(record.file);
      await this.#store.rename(archive, record.file, options);
      await this.#store.rename(sidecar, sidecarName(record.backup_id), options);
    } catch (error) {
      await this.removeQuietly(made);
      throw options.signal.aborted ? abortReason(options.signal) : toBackupError(error, 'agent_error');
    }
  }

  async list(options: AgentOptions): Promise<AgentListing> {
    const files = await this.#store.list({ ...options, wanted: (name) => backupOf(name) !== null });
    const queue = files.filter(({ name }) => ownerOfSidecar(name) !== null);
    const sidecars = new Map<BackupId, SidecarReading>();
    const work = async (): Promise<void> => {
      for (let file = queue.pop(); file !== undefined; file = queue.pop()) {
        const backupId = ownerOfSidecar(file.name) ?? '';
        // What is gone by now was removed since the folder was read.
        const reading = this.#sidecars.get(file) ?? (await this.#readSidecar(backupId, options));
        if (reading === null) continue;
        sidecars.set(backupId, reading);
        this.#sidecars.set(file, reading);
      }
    };
    this.#sidecars.keep(queue);
    await Promise.all(Array.from({ length: PARALLEL_READS }, work));
    return classify(files, sidecars);
  }

  /** @throws BackupError when the backup is not there, or not complete */
  async get(backupId: BackupId, options: AgentOptions): Promise<SidecarRecord> {
    const reading = await this.#readSidecar(backupId, options);
    if (reading === null) throw this.#notFound(backupId);
    if (reading.kind !== 'record') {
      const code = reading.kind === 'unsupported_format' ? 'unsupported_format' : 'archive_corrupt';
      throw new BackupError(code, `Backup ${backupId} at ${this.#place}: ${reading.message}`);
    }
    const stat = await this.#store.stat(reading.record.file, options);
    const problem = archiveProblem(reading.record, stat?.size ?? null);
    if (problem === null) return reading;
    const code = problem.reason === 'archive_missing' ? 'backup_not_found' : 'archive_corrupt';
    throw new BackupError(code, `Backup ${backupId} at ${this.#place}: ${problem.message}`);
  }

  async change(backupId: BackupId, changes: RecordChanges, options: AgentOptions): Promise<void> {
    const { record, fields } = await this.get(backupId, options);
    const text = formatSidecar(changeRecord(record, changes), fields);
    const partial = this.#newPartial();
    await this.#store.put(partial, [Buffer.from(text, 'utf8')], options);
    try {
      await this.#store.rename(partial, sidecarName(backupId), options);
    } catch (error) {
      await this.removeQuietly([partial]);
      throw error;
    }
  }

  /** Removes all that is there of a backup, complete or not. */
  async remove(backupId: BackupId, options: AgentOptions): Promise<void> {
    const wanted = (name: string): boolean => backupOf(name) === backupId;
    const names = (await this.#store.list({ ...options, wanted })).map(({ name }) => name);
    if (names.length === 0) throw this.#notFound(backupId);
    const sidecar = sidecarName(backupId);
    if (names.includes(sidecar)) await this.#store.remove(sidecar, options);
    for (const name of names) if (name !== sidecar) await this.#store.remove(name, options);
  }

  /** Cleans up after a failure, which is what is told of; a canceled job cleans up as well. */
  async removeQuietly(names: readonly string[]): Promise<void> {
    const { signal } = new AbortController();
    for (const name of names) await this.#store.remove(name, { signal }).catch(() => undefined);
  }

  /** @throws BackupError `target_exists` when another backup has the id */
  async #isStored(record: BackupRecord, options: AgentOptions): Promise<boolean> {
    const there = await this.#readSidecar(record.backup_id, options);
    if (there === null || there.kind === 'sidecar_invalid') return false;
    if (there.kind === 'record') {
      const stat = await this.#store.stat(there.record.file, options);
      if (archiveProblem(there.record, stat?.size ?? null) !== null) return false;
      if (there.record.sha256 === record.sha256) return true;
    }
    const what = `Another backup with the id ${record.backup_id} is already at ${this.#place}.`;
    throw new BackupError('target_exists', `${what} It was left as it is; remove it there if it is not wanted.`);
  }

  async #readSidecar(backupId: BackupId, options: AgentOptions): Promise<SidecarReading | null> {
    throwIfAborted(options.signal);
    const bytes = await this.#store.readSmall(sidecarName(backupId), SIDECAR_MAX_BYTES + 1, options);
    return bytes === null ? null : parseSidecar(bytes, backupId);
  }

  #notFound(backupId: BackupId): BackupError {
    return new BackupError('backup_not_found', `There is no backup ${backupId} at ${this.#place}.`);
  }
}

import type { Readable } from 'node:stream';
import { isBackupId, ownerOfArchive } from '../backup-names.ts';
import type { Clock } from '../clock.ts';
import { BackupError } from '../errors.ts';
import { orAborted, throwIfAborted } from '../io/abort.ts';
import { KeyedLock } from '../io/keyed-lock.ts';
import { partialName } from '../io/partial-name.ts';
import type { AgentId, BackupId, BackupRecord } from '../model.ts';
import type {
  AgentAbilities,
  AgentListing,
  AgentOptions,
  BackupAgent,
  ByteRange,
  CheckReport,
  DownloadOptions,
  OpenArchive,
  RecordChanges,
  UploadOptions,
} from './agent.ts';
import { checkStore } from './check-store.ts';
import type { FileStore } from './file-store.ts';
import { Housekeeping } from './housekeeping.ts';
import { StoredBackups } from './stored-backups.ts';

export interface StoreAgentOptions {
  readonly id: AgentId;
  readonly name: string;
  readonly abilities: AgentAbilities;
  readonly store: FileStore;
  readonly clock: Clock;
  /** Shown in the names of partial files. */
  readonly instanceId: string;
}

/** A backup agent over a file store. */
export class StoreAgent implements BackupAgent {
  readonly id: AgentId;
  readonly name: string;
  readonly abilities: AgentAbilities;
  protected readonly backups: StoredBackups;
  protected readonly store: FileStore;
  readonly #instanceId: string;
  readonly #housekeeping: Housekeeping;
  readonly #locks = new KeyedLock();
  readonly #closing = new AbortController();

  constructor(options: StoreAgentOptions) {
    const newPartial = (): string => this.newPartial();
    this.id = options.id;
    this.name = options.name;
    this.abilities = options.abilities;
    const { store, clock, name: place } = options;
    this.backups = new StoredBackups({ store, clock, place, newPartial });
    this.store = options.store;
    this.#instanceId = options.instanceId;
    this.#housekeeping = new Housekeeping(options.store, options.clock, newPartial);
  }

  async upload(record: BackupRecord, open: OpenArchive, options: UploadOptions): Promise<void> {
    const { signal } = this.begin(options, record.backup_id);
    if (ownerOfArchive(record.file) !== record.backup_id) {
      throw new BackupError('invalid_request', `${record.file} is not the name of an archive of ${record.backup_id}.`);
    }
    await this.prepareToWrite({ signal });
    await this.#locks.run(record.backup_id, () => this.backups.add(record, open, { ...options, signal }));
  }

  async download(backupId: BackupId, options: DownloadOptions): Promise<Readable> {
    const { signal } = this.begin(options, backupId);
    const { range } = options;
    if (range !== undefined && !this.abilities.range) {
      throw new BackupError('invalid_request', `${this.name} cannot send a part of a backup. Ask for all of it.`);
    }
    const { record } = await this.backups.get(backupId, { signal });
    if (range !== undefined) checkRange(range, record.size);
    return this.store.read(record.file, range === undefined ? { signal } : { signal, range });
  }

  async list(options: AgentOptions): Promise<AgentListing> {
    const { signal } = this.begin(options);
    await orAborted(this.#housekeeping.beforeRead({ signal: this.#closing.signal }), signal);
    return this.backups.list({ signal });
  }

  async get(backupId: BackupId, options: AgentOptions): Promise<BackupRecord> {
    const { record } = await this.backups.get(backupId, this.begin(options, backupId));
    return record;
  }

  async updateRecord(backupId: BackupId, changes: RecordChanges, options: AgentOptions): Promise<void> {
    const begun = this.begin(options, backupId);
    await this.#locks.run(backupId, () => this.backups.change(backupId, changes, begun));
  }

  async delete(backupId: BackupId, options: AgentOptions): Promise<void> {
    const begun = this.begin(options, backupId);
    await this.#locks.run(backupId, () => this.backups.remove(backupId, begun));
  }

  async check(options: AgentOptions): Promise<CheckReport> {
    const { signal } = this.begin(options);
    return checkStore(this.store, { signal, newPartial: () => this.newPartial() });
  }

  async space(options: AgentOptions): Promise<{ readonly free: number } | null> {
    return this.store.space(this.begin(options));
  }

  async close(): Promise<void> {
    if (this.#closing.signal.aborted) return;
    this.#closing.abort(new BackupError('agent_error', `The location ${this.name} was closed.`));
    await this.store.close();
  }

  /** Makes the location ready to be written to. */
  protected async prepareToWrite({ signal }: AgentOptions): Promise<void> {
    await orAborted(this.#housekeeping.beforeWrite({ signal: this.#closing.signal }), signal);
  }

  protected newPartial(): string {
    return partialName(this.#instanceId);
  }

  /**
   * What every call begins with.
   *
   * @returns options whose signal is aborted by `close` as well
   */
  protected begin(options: AgentOptions, backupId?: BackupId): AgentOptions {
    throwIfAborted(this.#closing.signal);
    throwIfAborted(options.signal);
    if (backupId !== undefined && !isBackupId(backupId)) {
      const what = `"${backupId.slice(0, 100)}" is not the id of a backup.`;
      throw new BackupError('invalid_request', `${what} Ids look like 20261120T020000Z-9f3ac1d2.`);
    }
    return { signal: AbortSignal.any([this.#closing.signal, options.signal]) };
  }
}

function checkRange({ start, length }: ByteRange, size: number): void {
  const whole = Number.isSafeInteger(start) && Number.isSafeInteger(length);
  if (whole && start >= 0 && length > 0 && start + length <= size) return;
  const what = `There are no ${String(length)} bytes at ${String(start)} of an archive of ${String(size)}.`;
  throw new BackupError('invalid_request', `${what} Ask for a part that is in it.`);
}

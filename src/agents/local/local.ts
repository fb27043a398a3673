import { join } from 'node:path';
import type { Clock } from '../../clock.ts';
import { BackupError } from '../../errors.ts';
import { backupOf, sidecarName } from '../../backup-names.ts';
import { partialOwner } from '../../io/partial-name.ts';
import { formatIdentity } from '../../io/process-identity.ts';
import type { AgentId, BackupId, BackupRecord } from '../../model.ts';
import type { AgentOptions, BackupAgent } from '../agent.ts';
import { LocalStore } from './local-store.ts';
import { StoreAgent } from '../store-agent.ts';

/** A backup that is being made in a folder. Ends with one call of `commit` or `discard`. */
export interface NewBackup {
  /** Where the archive is to be written; nothing is there yet. Names that begin with it belong to the new backup as well. */
  readonly path: string;
  /** Makes the archive, which is whole and on disk, a listed backup. When it throws, nothing is left of it. */
  commit(record: BackupRecord): Promise<void>;
  /** Removes what was written. */
  discard(): Promise<void>;
}

/** Keeps backups in a folder of this machine, where they are also made. */
export interface LocalAgent extends BackupAgent {
  /** Absolute. */
  readonly folder: string;
  /** From now on, nothing is written or listed while the folder lies on the file system of one of these paths. */
  mustBeMounted(apartFrom: readonly string[]): void;
  /** Begins a backup in the folder, which is made when it is not there. */
  beginBackup(options: AgentOptions): Promise<NewBackup>;
  /**
   * Cleans up after a process that died while it made a backup here: removes what it left.
   *
   * @param owner - the process; see `formatIdentity`
   * @returns the backup's record when it was complete after all
   */
  settleUnfinished(backupId: BackupId, owner: string, options: AgentOptions): Promise<BackupRecord | null>;
  /** Where the archive of a backup of this location lies. */
  archivePath(record: BackupRecord): string;
}

export interface LocalAgentOptions {
  readonly id: AgentId;
  readonly name: string;
  /** Absolute. */
  readonly folder: string;
  readonly clock: Clock;
  readonly instanceId: string;
}

export function createLocalAgent(options: LocalAgentOptions): LocalAgent {
  return new LocalFolderAgent(options);
}

export function isLocalAgent(agent: BackupAgent): agent is LocalAgent {
  return agent instanceof LocalFolderAgent;
}

/** What may begin with a new backup's name besides the archive: the writer's list of members on its way, and the copy of a database. */
const COMPANIONS = ['', '.manifest', '.sqlite', '.sqlite-journal'];

class LocalFolderAgent extends StoreAgent implements LocalAgent {
  readonly folder: string;
  readonly #files: LocalStore;

  constructor({ folder, clock, ...options }: LocalAgentOptions) {
    const abilities = { range: true, resume: false, update: true };
    const store = new LocalStore(folder, clock);
    super({ ...options, clock, abilities, store });
    this.folder = folder;
    this.#files = store;
  }

  mustBeMounted(apartFrom: readonly string[]): void {
    this.#files.mustBeMounted(apartFrom);
  }

  archivePath(record: BackupRecord): string {
    return join(this.folder, record.file);
  }

  async beginBackup(options: AgentOptions): Promise<NewBackup> {
    await this.prepareToWrite(this.begin(options));
    const name = this.newPartial();
    const path = join(this.folder, name);
    return {
      path,
      commit: (record) => this.#commit(record, name),
      discard: () => this.backups.removeQuietly(COMPANIONS.map((ending) => name + ending)),
    };
  }

  async settleUnfinished(backupId: BackupId, owner: string, options: AgentOptions): Promise<BackupRecord | null> {
    const begun = this.begin(options, backupId);
    const isTheirs = (name: string): boolean => {
      const maker = partialOwner(name);
      return maker !== null && formatIdentity(maker) === owner;
    };
    for (const { name } of await this.store.list({ ...begun, wanted: isTheirs })) await this.store.remove(name, begun);
    const parts = await this.store.list({ ...begun, wanted: (name) => backupOf(name) === backupId });
    // The sidecar comes last: with it, the backup is complete; what is wrong with it then is not of this process.
    const complete = parts.some(({ name }) => name === sidecarName(backupId));
    if (complete) return this.get(backupId, options).catch(() => null);
    for (const { name } of parts) await this.store.remove(name, begun);
    return null;
  }

  /** Not to be stopped half-way: it takes a few milliseconds, and what it ends with is a whole backup or none. */
  async #commit(record: BackupRecord, name: string): Promise<void> {
    const { signal } = new AbortController();
    const written = await this.store.stat(name, { signal });
    const size = written?.size ?? 0;
    if (size !== record.size) {
      await this.backups.removeQuietly([name]);
      const what = `The archive of ${record.name} has ${String(size)} bytes on disk, ${String(record.size)} were written.`;
      throw new BackupError('archive_failed', `${what} Check the disk that holds ${this.folder}.`);
    }
    await this.backups.publish(record, name, { signal });
  }
}

import type { Readable } from 'node:stream';
import type { AgentId, BackupId, BackupRecord } from '../../model.ts';
import type {
  AgentAbilities,
  AgentListing,
  AgentOptions,
  BackupAgent,
  CheckReport,
  DownloadOptions,
  OpenArchive,
  RecordChanges,
  UploadOptions,
} from '../agent.ts';

/** Does all as another agent does; what changes something about that extends it. */
export class WrappedAgent implements BackupAgent {
  protected readonly inner: BackupAgent;

  constructor(inner: BackupAgent) {
    this.inner = inner;
  }

  get id(): AgentId {
    return this.inner.id;
  }

  get name(): string {
    return this.inner.name;
  }

  get abilities(): AgentAbilities {
    return this.inner.abilities;
  }

  upload(record: BackupRecord, open: OpenArchive, options: UploadOptions): Promise<void> {
    return this.around('upload', options, (given) => this.inner.upload(record, open, given));
  }

  download(backupId: BackupId, options: DownloadOptions): Promise<Readable> {
    return this.around('download', options, (given) => this.inner.download(backupId, given));
  }

  list(options: AgentOptions): Promise<AgentListing> {
    return this.around('list', options, (given) => this.inner.list(given));
  }

  get(backupId: BackupId, options: AgentOptions): Promise<BackupRecord> {
    return this.around('get', options, (given) => this.inner.get(backupId, given));
  }

  updateRecord(backupId: BackupId, changes: RecordChanges, options: AgentOptions): Promise<void> {
    return this.around('updateRecord', options, (given) => this.inner.updateRecord(backupId, changes, given));
  }

  delete(backupId: BackupId, options: AgentOptions): Promise<void> {
    return this.around('delete', options, (given) => this.inner.delete(backupId, given));
  }

  check(options: AgentOptions): Promise<CheckReport> {
    return this.around('check', options, (given) => this.inner.check(given));
  }

  space(options: AgentOptions): Promise<{ readonly free: number } | null> {
    return this.around('space', options, (given) => this.inner.space(given));
  }

  close(): Promise<void> {
    return this.inner.close();
  }

  /**
   * Every call but `close` goes through here.
   *
   * @param work - calls the inner agent; may be called again
   */
  protected around<O extends AgentOptions, T>(call: AgentCall, options: O, work: (options: O) => Promise<T>): Promise<T> {
    void call;
    return work(options);
  }
}

export type AgentCall = 'upload' | 'download' | 'list' | 'get' | 'updateRecord' | 'delete' | 'check' | 'space';

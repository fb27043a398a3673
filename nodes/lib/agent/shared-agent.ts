import { finished, type Readable } from 'node:stream';
import {
  abortReason,
  toBackupError,
  type AgentAbilities,
  type AgentId,
  type AgentListing,
  type AgentOptions,
  type BackupAgent,
  type BackupId,
  type BackupRecord,
  type CheckReport,
  type DownloadOptions,
  type OpenArchive,
  type RecordChanges,
  type UploadOptions,
} from '../../../src/index.ts';

interface Lease {
  readonly agent: BackupAgent;
  /** Calls that have not ended, downloads until their stream is closed. */
  calls: number;
  ended: boolean;
}

/**
 * One location, whoever serves it at the moment: a node's agent, and after a deploy that of the node's next instance. A call stays with
 * the agent it began with; an agent that was taken away is closed when its last call has ended, so that a copy outlives a deploy.
 *
 * What an agent of another package throws becomes a `BackupError` here.
 */
export class SharedAgent implements BackupAgent {
  readonly id: AgentId;
  /** The newest last; never empty while the location is listed. */
  readonly #leases: Lease[] = [];
  #newest: Lease;

  constructor(first: BackupAgent) {
    this.id = first.id;
    this.#newest = { agent: first, calls: 0, ended: false };
  }

  get name(): string {
    return this.#newest.agent.name;
  }

  get abilities(): AgentAbilities {
    return this.#newest.agent.abilities;
  }

  /**
   * From now on calls go to this agent.
   *
   * @returns a function that takes it away again; calls then go to the newest of those that are left
   */
  serve(agent: BackupAgent): () => Promise<void> {
    const lease: Lease = { agent, calls: 0, ended: false };
    this.#leases.push(lease);
    this.#newest = lease;
    return async () => {
      lease.ended = true;
      this.#leases.splice(0, Infinity, ...this.#leases.filter((other) => other !== lease));
      this.#newest = this.#leases.at(-1) ?? this.#newest;
      if (lease.calls === 0) await agent.close();
    };
  }

  async upload(record: BackupRecord, open: OpenArchive, options: UploadOptions): Promise<void> {
    await this.#call(options, (agent) => agent.upload(record, open, options));
  }

  async download(backupId: BackupId, options: DownloadOptions): Promise<Readable> {
    const lease = this.#begin();
    try {
      const stream = await attempt(lease.agent, options, (agent) => agent.download(backupId, options));
      finished(stream, () => {
        this.#end(lease);
      });
      return stream;
    } catch (error) {
      this.#end(lease);
      throw error;
    }
  }

  async list(options: AgentOptions): Promise<AgentListing> {
    return this.#call(options, (agent) => agent.list(options));
  }

  async get(backupId: BackupId, options: AgentOptions): Promise<BackupRecord> {
    return this.#call(options, (agent) => agent.get(backupId, options));
  }

  async updateRecord(backupId: BackupId, changes: RecordChanges, options: AgentOptions): Promise<void> {
    await this.#call(options, (agent) => agent.updateRecord(backupId, changes, options));
  }

  async delete(backupId: BackupId, options: AgentOptions): Promise<void> {
    await this.#call(options, (agent) => agent.delete(backupId, options));
  }

  async check(options: AgentOptions): Promise<CheckReport> {
    return this.#call(options, (agent) => agent.check(options));
  }

  async space(options: AgentOptions): Promise<{ readonly free: number } | null> {
    return this.#call(options, (agent) => agent.space(options));
  }

  async close(): Promise<void> {
    await Promise.all(this.#leases.map(({ agent }) => agent.close()));
  }

  async #call<T>(options: AgentOptions, work: (agent: BackupAgent) => Promise<T>): Promise<T> {
    const lease = this.#begin();
    try {
      return await attempt(lease.agent, options, work);
    } finally {
      this.#end(lease);
    }
  }

  #begin(): Lease {
    const lease = this.#newest;
    lease.calls++;
    return lease;
  }

  #end(lease: Lease): void {
    lease.calls--;
    // Nobody is left who could be told that closing failed.
    if (lease.ended && lease.calls === 0) lease.agent.close().catch(() => undefined);
  }
}

async function attempt<T>(
  agent: BackupAgent,
  { signal }: AgentOptions,
  work: (agent: BackupAgent) => Promise<T>,
): Promise<T> {
  try {
    return await work(agent);
  } catch (error) {
    throw signal.aborted ? abortReason(signal) : toBackupError(error, 'agent_error', agent.name);
  }
}

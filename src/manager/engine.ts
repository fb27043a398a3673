import type { AgentListing, BackupAgent } from '../agents/agent.ts';
import type { LocalAgent } from '../agents/local.ts';
import type { Clock } from '../clock.ts';
import type { EventBus, JobKind } from '../events.ts';
import type { AgentId, BackupId, BackupRecord, BackupRequest, JobId, PlanId } from '../model.ts';
import type { KeyRing } from './key-ring.ts';
import type {
  BackupFlows,
  EngineStatus,
  FileEntry,
  MergedListing,
  PendingCopy,
  PlanStatus,
  RestoreReport,
  VerifyReport,
} from './reports.ts';
import type { CopyRequest, FlowsRequest, LocalFolderOptions, RestoreRequest, VerifyOptions } from './requests.ts';
import type { HeldGroup, ThinReport, ThinRequest } from './retention.ts';

export interface EngineOptions {
  /** Absolute: where the engine keeps its state; made when it is not there. */
  readonly stateDir: string;
  /** Absolute: the folder whose agent is called `local`. Those of other folders are named after them. */
  readonly localFolder?: string;
  /** Shown in records; the host name is a good one. */
  readonly instanceName: string;
  /** Null outside Node-RED. */
  readonly nodeRedVersion: string | null;
  readonly clock?: Clock;
  /** 0 to 19: how far the worker threads step back behind the main thread. Default 0. */
  readonly niceness?: number;
  /** Told of what is wrong and harms no job, e.g. a corrupt state file that was set aside. */
  readonly warn?: (message: string) => void;
}

/** One run of a verb. It belongs to the engine: who asked may go away and come back. */
export interface Job<T> {
  readonly jobId: JobId;
  readonly kind: JobKind;
  readonly planId: PlanId | null;
  readonly nodeId: string | null;
  /** Settles after the job's terminal event was published. Rejects only with `BackupError`. */
  readonly result: Promise<T>;
  /** Ends the job with `canceled`; does nothing once it has ended. */
  cancel(): void;
}

/** Keeps generations; see docs/retention.md. */
export interface EngineRetention {
  /** As `Retention.thin`: removes what a policy does not keep at one location, or says what it would remove. */
  thin(request: ThinRequest, signal: AbortSignal): Promise<ThinReport>;
  /** The plans of which the last run deleted nothing because they looked wrong. */
  held(): Promise<readonly HeldGroup[]>;
}

/** The one engine of a Node-RED runtime or of one run of the command line. */
export interface Engine {
  readonly instanceId: string;
  readonly instanceName: string;
  readonly events: EventBus;
  /** Keys that are tried when a protected backup is read. */
  readonly keys: KeyRing;
  readonly retention: EngineRetention;
  /** Publishes `failed / interrupted` for the jobs that a dead process left; once, later calls do nothing. */
  announceInterrupted(): void;
  /** Never throws for a bad request: the job it returns fails with `invalid_request`. */
  create(request: BackupRequest): Job<BackupRecord>;
  /**
   * Copies run beside everything else. The first try is the job that is returned. When it fails and is to be tried again, its event
   * says when (`will_retry`), and each later try is a job of its own whose events are `late`; they go on after a restart, once the
   * location is registered again, and end when `cancelCopies` is called for their node.
   *
   * @returns a job whose result is the record, also when the location already has the backup; `backup_not_found` when there is
   * nothing to copy
   */
  copy(request: CopyRequest): Job<BackupRecord>;
  /** Copies that wait for their next try, oldest first. */
  pendingCopies(): readonly PendingCopy[];
  /** Ends the copies of a node, also those that wait for their next try. */
  cancelCopies(nodeId: string): Promise<void>;
  /**
   * Proves that a backup at a location can be restored. What it finds wrong is the job's result, and a `failed` event.
   *
   * @param options - null for a check by hand without a try to restore
   */
  verify(backupId: BackupId, agentId: AgentId, options: VerifyOptions | null): Job<VerifyReport>;
  restore(request: RestoreRequest): Job<RestoreReport>;
  files(backupId: BackupId, agentId: AgentId, signal: AbortSignal): AsyncIterable<FileEntry>;
  /** As `readFlows`. */
  flows(request: FlowsRequest, signal: AbortSignal): Promise<BackupFlows>;
  /** Running and waiting jobs, oldest first. */
  jobs(): readonly Job<unknown>[];
  status(): EngineStatus;
  planStatus(planId: PlanId): PlanStatus;
  /** The agent of a folder of this machine: the same one for the same folder, made when it is not there. */
  localAgent(folder: string, options?: LocalFolderOptions): Promise<LocalAgent>;
  /** @returns a function that takes the agent off the list again */
  registerAgent(agent: BackupAgent): () => void;
  agents(): readonly BackupAgent[];
  /** Told when an agent comes or goes. */
  onAgentsChanged(listener: () => void): () => void;
  list(signal: AbortSignal): Promise<MergedListing>;
  listAt(agentId: AgentId, signal: AbortSignal): Promise<AgentListing>;
  /** Cancels what runs and closes the agents. */
  close(): Promise<void>;
}

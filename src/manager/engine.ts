import type { EstimateResult, FileEntry } from '../archive/tasks.ts';
import type { EventBus } from '../events.ts';
import type { Hook } from '../hooks/hook.ts';
import type { BackupRequest } from '../backup-request.ts';
import type { AgentId, BackupId, BackupRecord, PlanId } from '../model.ts';
import type { RunRecord } from '../store/run-history.ts';
import type {
  BackupFlows,
  DeleteReport,
  EngineStatus,
  HeldGroup,
  IntoReport,
  PendingCopy,
  PlanOutlook,
  PlanStatus,
  RestoreReport,
  ThinReport,
  VerifyReport,
} from './reports.ts';
import type {
  AutomaticPlan,
  ContentRequest,
  CopyRequest,
  DeleteRequest,
  ExpectedCopy,
  FlowsRequest,
  IntoRequest,
  ReceiveRequest,
  RestoreRequest,
  ThinRequest,
  VerifyOptions,
} from './requests.ts';
import type { KeyRing } from './key-ring.ts';
import type { Job, ReceiveJob } from './jobs/job.ts';
import type { EngineLocations } from './locations/engine-locations.ts';

/** Keeps generations; see docs/retention.md. */
export interface EngineRetention {
  /** As `Retention.thin`: removes what a policy does not keep at one location, or says what it would remove. */
  thin(request: ThinRequest, signal: AbortSignal): Promise<ThinReport>;
  /** As `Retention.delete`: deletes one backup at chosen locations. */
  delete(request: DeleteRequest, signal: AbortSignal): Promise<DeleteReport>;
  /** The plans of which the last run deleted nothing because they looked wrong. */
  held(): Promise<readonly HeldGroup[]>;
}

/** What plans do by themselves, and what is expected of them; see docs/automatic.md. */
export interface EngineAutomation {
  /**
   * Makes a plan's backups due at the times of its schedule, and watches that they are made, until the function that is returned is
   * called. What was due meanwhile is made up for when the plan is added again.
   *
   * @throws BackupError `invalid_request` when its schedule is none
   */
  add(plan: AutomaticPlan): () => void;
  /** From now on a copy of each backup of the plan is expected at a location, as long as its node is there. */
  expectCopy(copy: ExpectedCopy): void;
  /** Says that a node of a location is there, until the function that is returned is called. */
  nodeIsThere(nodeId: string): () => void;
  /** Nothing is expected any more where a node stores backups: it was deleted. */
  forgetNode(nodeId: string): void;
  /** The plans that were added, in their order. */
  outlook(): readonly PlanOutlook[];
}

/** The one engine of a Node-RED runtime or of one run of the command line. */
export interface Engine {
  readonly instanceId: string;
  readonly instanceName: string;
  readonly events: EventBus;
  /** Keys that are tried when a protected backup is read. */
  readonly keys: KeyRing;
  readonly retention: EngineRetention;
  readonly automation: EngineAutomation;
  readonly locations: EngineLocations;
  /** As `HookRegistry.register`: a hook runs before or after the backups that it wants. */
  registerHook(hook: Hook): () => void;
  /** As `HookRegistry.provide`. */
  provideHooks(provider: () => readonly Hook[]): () => void;
  /**
   * Publishes `failed / interrupted` for the jobs that a dead process left, and runs the hooks after them; once, later calls do
   * nothing.
   */
  announceInterrupted(): void;
  /** Never throws for a bad request: the job it returns fails with `invalid_request`. */
  create(request: BackupRequest): Job<BackupRecord>;
  /** As `estimateBackup`: how much a backup would hold. */
  estimate(request: BackupRequest, signal: AbortSignal): Promise<EstimateResult>;
  /**
   * Copies run beside everything else. The first try is the job that is returned. When it fails and is to be tried again, its event
   * says when (`will_retry`), and each later try is a job of its own whose events are `late`; they go on after a restart, once the
   * location is registered again, and end when `cancelCopies` is called for their node.
   *
   * @returns a job whose result is the record, also when the location already has the backup; `backup_not_found` when there is
   * nothing to copy
   */
  copy(request: CopyRequest): Job<BackupRecord>;
  /**
   * A file that somebody brings becomes a backup of the local folder: received, checked as far as it can be opened, and only then
   * listed. It takes the turn; where that is taken, the job fails with `busy`.
   */
  receive(request: ReceiveRequest): ReceiveJob;
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
  /**
   * Restores into the user directory of a Node-RED. Into one that runs, the job's last event in this process is `await_restart`; the
   * next start applies it, and tells how it ended as a `late` event.
   */
  restoreInto(request: IntoRequest): Job<IntoReport>;
  /** Takes the last restore into Node-RED back: at its next start, or at once when it is stopped. */
  undoRestore(userDir: string, isRunning: boolean): Promise<IntoReport>;
  /**
   * @param nodeId - whose restore it must be; null for any
   * @returns whether there was a restore that waited for the next start
   */
  cancelRestore(userDir: string, nodeId: string | null): Promise<boolean>;
  /** Tells how a restore ended that this start has applied. To be called when those who listen are there. */
  announceRestore(userDir: string): Promise<void>;
  files(backupId: BackupId, agentId: AgentId, signal: AbortSignal): AsyncIterable<FileEntry>;
  /** As `readFlows`. */
  flows(request: FlowsRequest, signal: AbortSignal): Promise<BackupFlows>;
  /** As `readContent`: a file of a backup, or its archive decrypted. */
  content(request: ContentRequest, signal: AbortSignal): AsyncIterable<Uint8Array>;
  /** Running and waiting jobs, oldest first. */
  jobs(): readonly Job<unknown>[];
  status(): EngineStatus;
  planStatus(planId: PlanId): PlanStatus;
  /** The last runs of all verbs, oldest first. */
  history(): readonly RunRecord[];
  /** Cancels what runs and closes the agents. */
  close(): Promise<void>;
}

import type { AgentListing, BackupAgent } from '../agents/agent.ts';
import type { LocalAgent } from '../agents/local.ts';
import type { Clock } from '../clock.ts';
import type { SerializedError } from '../errors.ts';
import type { BackupEvent, BackupStage, EventBus, JobKind, ManagerState } from '../events.ts';
import type {
  AgentId,
  BackupId,
  BackupRecord,
  BackupRequest,
  BrokenEntry,
  JobId,
  MergedRecord,
  PlanId,
  Progress,
} from '../model.ts';
import type { KeyRing } from './key-ring.ts';
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

export interface RunningJob {
  readonly job_id: JobId;
  readonly manager_state: JobKind;
  readonly plan_id: PlanId | null;
  readonly plan_name: string | null;
  readonly node_id: string | null;
  readonly name: string;
  readonly automatic: boolean;
  /** Null while it waits for its turn. */
  readonly backup_stage: BackupStage | null;
  readonly progress: Progress | null;
  /** ISO, local offset. */
  readonly started: string;
}

/** What the sensors show. Names are Home Assistant's where it has one. Times are ISO with the local offset, null when never. */
export interface EngineStatus {
  readonly manager_state: ManagerState;
  readonly last_attempted_automatic_backup: string | null;
  readonly last_completed_automatic_backup: string | null;
  readonly last_action_event: BackupEvent | null;
  readonly jobs: readonly RunningJob[];
}

export interface PlanStatus {
  readonly last_attempted: string | null;
  readonly last_completed: string | null;
  /** The last backup that completed; null when there is none. */
  readonly last_backup: BackupRecord | null;
  /** Why the last attempt failed; null when it did not. */
  readonly last_error: SerializedError | null;
}

export interface MergedListing {
  /** Newest first, one entry a backup id. */
  readonly backups: readonly MergedRecord[];
  readonly broken: readonly (BrokenEntry & { readonly agent_id: AgentId })[];
  /** A location that could not be listed, with the reason for people. The others are listed all the same. */
  readonly agent_errors: Readonly<Record<AgentId, string>>;
}

export interface VerifyProblem {
  readonly code: 'archive_corrupt' | 'unsupported_format' | 'key_missing' | 'key_incorrect';
  /** The member that is damaged, null when the damage is not in one. */
  readonly member: string | null;
  readonly message: string;
}

export interface VerifyReport {
  readonly ok: boolean;
  readonly backup_id: BackupId;
  readonly problems: readonly VerifyProblem[];
  readonly files: number;
  readonly bytes: number;
}

/** A copy of a backup to a further location. */
export interface CopyRequest {
  /** Null for the newest backup of this instance that the location lacks. */
  readonly backupId: BackupId | null;
  /** A location that is known to hold it, tried first; null when none is. */
  readonly from: AgentId | null;
  /** The location that gets it. */
  readonly agentId: AgentId;
  /** The flow node that asked, null for the command line. */
  readonly nodeId: string | null;
  readonly automatic: boolean;
  /** For how long a copy that failed for a reason that may pass is tried again, in milliseconds; 0 for never. */
  readonly retryForMs: number;
}

export interface RestoreRequest {
  readonly backupId: BackupId;
  readonly agentId: AgentId;
  /** Absolute. */
  readonly target: string;
  /** Member names or folders of them; null for everything. */
  readonly paths: readonly string[] | null;
  readonly overwrite: boolean;
  readonly keepSetuid: boolean;
  readonly nodeId: string | null;
}

/** A copy that failed and is to be tried again. Times are ISO with the local offset. */
export interface PendingCopy {
  readonly backup_id: BackupId;
  readonly agent_id: AgentId;
  readonly node_id: string | null;
  readonly tries: number;
  readonly next_try: string;
  readonly until: string;
  readonly last_error: SerializedError;
}

export interface RestoreReport {
  readonly backup_id: BackupId;
  readonly target: string;
  readonly files: number;
  readonly bytes: number;
}

/** One line of a backup's manifest, as `files` shows it. Paths are text made printable. */
export interface FileEntry {
  readonly path: string;
  readonly type: 'file' | 'directory' | 'symlink' | 'hardlink';
  readonly size: number;
  readonly mode: number;
  /** Seconds since the epoch as text, up to nine decimals. */
  readonly mtime: string;
  readonly sha256: string | null;
  readonly link: string | null;
}

export interface LocalFolderOptions {
  /** False: it is listed only while somebody registers it. Default true: from now on. */
  readonly listed?: boolean;
  /**
   * Absolute paths: from now on the folder is used only while it lies on another file system than all of these, i.e. while the disk
   * or share that is meant is mounted. Empty for anywhere. Left out, it stays as it is.
   */
  readonly mountedApartFrom?: readonly string[];
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
  verify(backupId: BackupId, agentId: AgentId, nodeId: string | null): Job<VerifyReport>;
  restore(request: RestoreRequest): Job<RestoreReport>;
  files(backupId: BackupId, agentId: AgentId, signal: AbortSignal): AsyncIterable<FileEntry>;
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

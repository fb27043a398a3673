/** What the engine answers. Fields that leave the process are snake_case. */
import type { BackupError, ErrorCode, SerializedError } from '../errors.ts';
import type { FlowTab } from '../archive/tasks.ts';
import type { BackupEvent, BackupStage, JobKind, ManagerState } from '../events.ts';
import type { CredentialsState } from '../installation/content/credentials-state.ts';
import type { FlowNode } from '../installation/content/flow-list.ts';
import type {
  AgentId,
  BackupId,
  BackupRecord,
  BrokenEntry,
  Hold,
  JobId,
  MergedRecord,
  Overdue,
  PlanId,
  Progress,
} from '../model.ts';
import type { Decision } from '../retention/policy.ts';
import type { LocationGroup, GroupNote } from '../store/group-notes.ts';

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
  /** Null when none is known. */
  readonly restore: RestoreStatus | null;
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

/** What one location holds. */
export interface LocationReport {
  readonly agent_id: AgentId;
  /** Newest first; each with this location alone among its copies. */
  readonly backups: readonly MergedRecord[];
  readonly broken: readonly BrokenEntry[];
  /** Bytes, null when the location cannot tell. */
  readonly free: number | null;
}

export interface VerifyProblem {
  /** `restore_failed`, `no_flows`: the archive is whole, and what is in it would not bring all back. */
  readonly code:
    'archive_corrupt' | 'unsupported_format' | 'key_missing' | 'key_incorrect' | 'restore_failed' | 'no_flows';
  /** The member that is damaged, null when the damage is not in one. */
  readonly member: string | null;
  readonly message: string;
}

export interface VerifyReport {
  readonly ok: boolean;
  readonly backup_id: BackupId;
  readonly agent_id: AgentId;
  readonly problems: readonly VerifyProblem[];
  /** For people: what does not keep it from being restored, and is to be known. */
  readonly warnings: readonly string[];
  /** Of a backup of Node-RED: the member that has the flows in force, and how many nodes these are; null of another. */
  readonly flows: { readonly file: string; readonly nodes: number } | null;
  readonly files: number;
  readonly bytes: number;
  /** Of a backup of Node-RED: how its credentials can be read; null of another, or when it did not come to that. */
  readonly credentials: CredentialsState | null;
  /** How long it took. */
  readonly seconds: number;
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

export interface IntoReport {
  readonly backup_id: BackupId;
  readonly user_dir: string;
  /** `await_restart`: nothing is changed before the next start of Node-RED. */
  readonly state: 'await_restart' | 'completed';
  /** How many starts it takes. */
  readonly starts: 0 | 1 | 2;
  readonly files: number;
  readonly bytes: number;
  /** Modules of the backup that are not installed. */
  readonly missing_modules: readonly string[];
  /** For people: what is not as the backup had it, so that it is not to be left so. Empty when all is. */
  readonly problems: readonly string[];
  /** For people: what else is to be known or done. */
  readonly notes: readonly string[];
  /** What makes the links again that the backup's Node-RED had and this one lacks, for a shell. */
  readonly commands: readonly string[];
}

/** The last restore into this Node-RED, or the one that waits. */
export interface RestoreStatus {
  readonly state: 'await_restart' | 'await_second_restart' | 'starting' | 'completed' | 'rolled_back' | 'undone';
  readonly backup_id: BackupId;
  readonly name: string;
  /** ISO, local offset. */
  readonly staged: string;
  /** Why it was rolled back; null when it was not. */
  readonly error: string | null;
  readonly missing_modules: readonly string[];
  /** As in `IntoReport`. */
  readonly problems: readonly string[];
  readonly notes: readonly string[];
}

/** The flows of a backup of Node-RED. */
export interface BackupFlows {
  readonly backup_id: BackupId;
  /** Name of the member that holds them. */
  readonly file: string;
  readonly tabs: readonly FlowTab[];
  /** What is imported to have the chosen tabs: without credentials. Empty when none was chosen. */
  readonly nodes: readonly FlowNode[];
}

export type { CredentialsState, FlowNode, FlowTab };

export interface FailedRemoval {
  readonly backup_id: BackupId;
  readonly code: ErrorCode;
  readonly message: string;
}

/** What one run did at one location. */
export interface ThinReport {
  readonly agent_id: AgentId;
  readonly agent_name: string;
  readonly dry_run: boolean;
  /** In words. */
  readonly policy: string;
  /** Of each backup of the chosen plans, newest first within a plan; of a dry run, what a real run would decide. */
  readonly decisions: readonly Decision[];
  /** Those that are gone now; empty in a dry run. */
  readonly removed: readonly BackupId[];
  /** Those that were to be removed, and could not be; the next run tries again. */
  readonly failed: readonly FailedRemoval[];
  /** The plans of which nothing is removed, because they look wrong. */
  readonly held: readonly (Hold & {
    readonly instance_id: string;
    readonly plan_id: PlanId;
    readonly plan_name: string;
  })[];
  /** What is at the location and is no complete backup: left alone. */
  readonly broken: readonly BrokenEntry[];
}

/** The plans of which the last run deleted nothing because they looked wrong. */
export type HeldGroup = LocationGroup & NonNullable<GroupNote['held']>;

export interface DeleteReport {
  readonly backup_id: BackupId;
  /** Where it is gone. */
  readonly removed: readonly AgentId[];
  /** Where it is still, or may be, with the reason. */
  readonly failed: Readonly<Record<AgentId, string>>;
  /** Where copies are left, as far as the locations could be asked. */
  readonly left: readonly AgentId[];
}

export interface OverdueItem extends Overdue {
  /** Null for the backup itself, else the location where its copy is missing. */
  readonly agent_id: AgentId | null;
  readonly agent_name: string | null;
}

/** Times are ISO with the local offset. */
export interface PlanOutlook {
  readonly plan_id: PlanId;
  readonly plan_name: string;
  readonly node_id: string;
  /** Null when it has no schedule, or one that is never due again. */
  readonly next_scheduled: string | null;
  readonly overdue: readonly OverdueItem[];
}

/** A backup with all its copies, as far as the locations could be asked. */
export interface FoundBackup {
  readonly record: MergedRecord;
  /** Why a location could not say whether it has it. */
  readonly errors: ReadonlyMap<AgentId, BackupError>;
}

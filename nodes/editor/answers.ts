/** What the admin routes answer. Times are ISO 8601 with the offset of the machine that wrote them. */
import type {
  BackupEvent,
  BackupRecord,
  BrokenEntry,
  EngineStatus,
  LastVerified,
  OverdueItem,
  PendingCopy,
  RestoreStatus,
} from '../../src/index.ts';

export type { BackupEvent, BackupRecord, LastVerified, RestoreStatus };

export interface Plan {
  readonly plan_id: string;
  readonly plan_name: string;
  readonly node_id: string;
  readonly next_scheduled: string | null;
  readonly last_attempted: string | null;
  readonly last_completed: string | null;
  readonly overdue: readonly OverdueItem[];
  readonly protected: boolean;
  /** Labels. */
  readonly sources: readonly string[];
}

export interface Location {
  readonly agent_id: string;
  readonly name: string;
  readonly node_ids: readonly string[];
  /** A folder of the machine that runs Node-RED. */
  readonly is_local: boolean;
  readonly folder: string | null;
  readonly can_update: boolean;
}

/** Something that is wrong now. */
export interface Problem {
  readonly code: string;
  /** For people: what is wrong and what to do. */
  readonly message: string;
  readonly plan_id?: string | null;
  readonly agent_id?: string | null;
  readonly since?: string | null;
}

export interface Info {
  readonly version: string;
  readonly instance_id: string;
  readonly instance_name: string;
  readonly status: EngineStatus;
  readonly plans: readonly Plan[];
  readonly locations: readonly Location[];
  readonly pending: readonly PendingCopy[];
  readonly restore: RestoreStatus | null;
  readonly problems: readonly Problem[];
}

interface Copy {
  /** Of the location. */
  readonly name: string;
  readonly size: number;
  readonly date: string;
  readonly last_verified: LastVerified | null;
}

/** A backup as the list shows it. */
export interface Row extends Pick<
  BackupRecord,
  | 'backup_id'
  | 'name'
  | 'date'
  | 'size'
  | 'bytes'
  | 'files'
  | 'protected'
  | 'contains_secrets'
  | 'plan_id'
  | 'plan_name'
  | 'instance_id'
  | 'instance_name'
  | 'automatic'
  | 'expires'
  | 'pinned'
> {
  /** How many. */
  readonly failed_files: number;
  /** By `agent_id`: those that hold it. */
  readonly agents: Readonly<Record<string, Copy>>;
}

/** One location's list. */
export interface ListAnswer {
  readonly agent_id: string;
  readonly backups: readonly Row[];
  readonly broken: readonly BrokenEntry[];
  /** What contradicts another copy, or what was made here. */
  readonly conflicts: readonly BrokenEntry[];
  readonly error: { readonly code: string; readonly message: string } | null;
  /** Bytes; null when the location cannot tell. */
  readonly free: number | null;
}

/** What one retention node would do with the backups at a location now. */
export interface KeptNode {
  readonly node_id: string;
  readonly node_name: string;
  /** In words. */
  readonly policy: string;
  /** It only says what it would do. */
  readonly dry_run: boolean;
  readonly decisions: readonly KeptDecision[];
  /** Why it deletes nothing for now. */
  readonly held: readonly string[];
  readonly problem: string | null;
}

interface KeptDecision {
  readonly backup_id: string;
  readonly keep: boolean;
  readonly reasons: readonly string[];
}

export interface KeptAnswer {
  readonly agent_id: string;
  readonly nodes: readonly KeptNode[];
}

/** One run of a verb, ended. */
export interface Run {
  readonly manager_state: string;
  readonly plan_id: string | null;
  readonly outcome: 'completed' | 'failed';
  readonly date: string;
  readonly size: number | null;
  readonly seconds: number | null;
}

export interface HistoryAnswer {
  /** Oldest first. */
  readonly runs: readonly Run[];
}

export interface Entry {
  readonly path: string;
  readonly kind: 'file' | 'directory' | 'symlink' | 'hardlink';
  readonly size: number;
}

export interface EntryPage {
  readonly entries: readonly Entry[];
  readonly more: string | null;
}

type FlowNodes = readonly Readonly<Record<string, unknown>>[];

export interface FlowTab {
  readonly id: string;
  readonly label: string;
  readonly disabled: boolean;
  /** Its own entry first, then what is on it; nothing when another tab was asked for. */
  readonly nodes: FlowNodes;
}

export interface FlowsAnswer {
  readonly tabs: readonly FlowTab[];
  /** Each followed by what is in it. */
  readonly subflows: FlowNodes;
  /** Those that belong to no tab. */
  readonly config: FlowNodes;
}

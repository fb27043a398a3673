/** What the engine's verbs are asked. */
import type { NodeRedEnvironment } from '../apply/environment.ts';
import type { RestoreGiven } from '../apply/journal.ts';
import type { AgentId, BackupId, PlanId } from '../model.ts';
import type { RetentionPolicy } from '../retention/policy.ts';
import type { Expectation } from '../schedule/deadline.ts';
import type { Schedule } from '../schedule/schedule.ts';
import type { DueRun } from '../schedule/scheduler.ts';

/** A location and the id of a backup there. */
export interface BackupPlace {
  readonly backupId: BackupId;
  readonly agentId: AgentId;
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

/** A restore into the user directory of a Node-RED. */
export interface IntoRequest {
  readonly backupId: BackupId;
  readonly agentId: AgentId;
  /** Absolute. */
  readonly userDir: string;
  /** The Node-RED that runs, which applies it at its next start; null when it is stopped, and all is done at once. */
  readonly running: NodeRedEnvironment | null;
  /** Put the backup's settings.js into place, too. A Node-RED that is stopped gets it always. */
  readonly useSettings: boolean;
  /** Install the modules that the backup's package.json names and that are not there. */
  readonly installModules: boolean;
  /** Also into a Node-RED that runs with fewer logins than the backup's had. */
  readonly confirmFewerLogins?: boolean;
  /** What a person says of a Node-RED that is stopped; left out, nothing lies outside its user directory. */
  readonly given?: RestoreGiven;
  readonly nodeId: string | null;
  readonly automatic: boolean;
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

/** How a backup is verified. */
export interface VerifyOptions {
  /** Restores it into a folder that is removed afterwards, too. */
  readonly drill: boolean;
  /** The flow node that asked, null for the command line. */
  readonly nodeId: string | null;
  readonly automatic: boolean;
}

/** The flows of a backup. */
export interface FlowsRequest {
  readonly backupId: BackupId;
  readonly agentId: AgentId;
  /** Ids or labels of tabs whose nodes are wanted, or every node of the file; null for none. */
  readonly tabs: readonly string[] | 'all' | null;
}

/** What is read out of a backup. */
export interface ContentRequest extends BackupPlace {
  /** Name of a file in it, as `files` shows it; null for the whole archive, decrypted. */
  readonly path: string | null;
}

/** Bytes that come from outside. */
export interface ReceiveRequest {
  readonly fileName: string;
  /** How many there will be. */
  readonly size: number;
  /** Read once; not closed when it is not read to its end. */
  readonly content: AsyncIterable<Uint8Array>;
}

/** What one run of retention is told. */
export interface ThinRequest {
  readonly agentId: AgentId;
  /** Whose backups; null for those of this instance. */
  readonly instanceId: string | null;
  /** The plans whose backups are thinned, each among themselves; null for all of the instance. */
  readonly planIds: readonly PlanId[] | null;
  /** The backup whose arrival at the location is the reason to thin it now; null when none is. */
  readonly arrived: BackupId | null;
  /** Null to remove expired backups only. */
  readonly policy: RetentionPolicy | null;
  /** Backups that somebody asked for by hand are left alone, but for their expiry. */
  readonly automaticOnly: boolean;
  /** Everything but the deleting. */
  readonly dryRun: boolean;
  /** Says that what held deletions back until now is in order. */
  readonly acknowledge: boolean;
  readonly nodeId: string | null;
  readonly automatic: boolean;
}

/** What is to be deleted by hand. */
export interface DeleteRequest {
  readonly backupId: BackupId;
  /** Where; at least one. */
  readonly agentIds: readonly AgentId[];
  /** Says that the last copy that is known may go as well. */
  readonly lastCopy: boolean;
}

/** What a plan does by itself, and what is expected of it. */
export interface AutomaticPlan {
  readonly planId: PlanId;
  readonly planName: string;
  readonly nodeId: string;
  /** Null for a plan whose backups are asked for by messages. */
  readonly schedule: Schedule | null;
  /** Null when it is never overdue. */
  readonly expectation: Expectation | null;
  /** Told when a backup is due. Must not throw. */
  readonly run: (due: DueRun) => void;
}

/** A location that gets the backups of a plan. */
export interface ExpectedCopy {
  readonly planId: PlanId;
  readonly agentId: AgentId;
  readonly agentName: string;
  readonly nodeId: string;
}

/** Plain readonly data. Fields that leave the process (records, messages) are snake_case. */

/** `YYYYMMDDTHHMMSSZ-` (UTC) and 8 hex digits: the same wherever a copy lies. */
export type BackupId = string;
/** Names one location that stores backups. */
export type AgentId = string;
/** The stable key of one backup-create node (its node id unless set), or of a job of the command line. */
export type PlanId = string;
/** Names one run of one verb. */
export type JobId = string;

/** The newest version of archive and sidecar that this code writes and reads. */
export const FORMAT_VERSION = 1;

export type Compression = 'zstd' | 'gzip' | 'none';

export type FailedReason = 'vanished' | 'changed' | 'unreadable';

/** A file that is not, or not whole, in the archive. `path` is the member name, text made printable. */
export interface FailedFile {
  readonly path: string;
  readonly reason: FailedReason;
  readonly message: string;
}

/** `count` is exact; `list` holds at most 100 of them and is empty when the backup is protected. */
export interface FailedFiles {
  readonly count: number;
  readonly list: readonly FailedFile[];
}

export interface SourceSummary {
  readonly label: string;
  /** Absent when the backup is protected. */
  readonly path?: string;
}

export interface NodeRedVersions {
  readonly version: string;
  readonly node: string;
}

export type ExtraValue = string | number | boolean;

/** What is known of one backup: the content of its sidecar, and `msg.backup`. See docs/format.md, section 5. */
export interface BackupRecord {
  readonly format: number;
  /** Bare name of the archive beside the sidecar; begins with the id. */
  readonly file: string;
  readonly backup_id: BackupId;
  readonly name: string;
  /** ISO 8601 with the local offset. */
  readonly date: string;
  /** Bytes of the archive. */
  readonly size: number;
  /** Of the archive, lower-case hex. */
  readonly sha256: string;
  readonly protected: boolean;
  readonly compression: Compression;
  readonly files: number;
  /** Uncompressed bytes of the files in it. */
  readonly bytes: number;
  readonly failed_files: FailedFiles;
  readonly sources: readonly SourceSummary[];
  readonly contains_secrets: boolean;
  readonly instance_id: string;
  readonly instance_name: string;
  readonly plan_id: PlanId;
  readonly plan_name: string;
  readonly automatic: boolean;
  readonly node_red: NodeRedVersions | null;
  /** ISO 8601, or null when it does not expire. */
  readonly expires: string | null;
  readonly pinned: boolean;
  readonly extra: Readonly<Record<string, ExtraValue>>;
}

/** How the last verification of a copy went. */
export interface LastVerified {
  /** ISO 8601 with the local offset. */
  readonly date: string;
  readonly ok: boolean;
  /** What is wrong with it, for people; null when nothing is. */
  readonly problem: string | null;
}

/** One copy of a backup at one location. */
export interface BackupCopy {
  readonly name: string;
  readonly size: number;
  readonly date: string;
  /** Null when it was never verified by this instance. */
  readonly last_verified: LastVerified | null;
}

/** A record with every location that holds a copy. */
export interface MergedRecord extends BackupRecord {
  readonly agents: Readonly<Record<AgentId, BackupCopy>>;
}

export const HOLD_REASONS = ['smaller', 'late', 'unknown_origin'] as const;

/** Why retention deletes nothing of a plan's backups at a location, until that is cleared up. */
export interface Hold {
  readonly reason: (typeof HOLD_REASONS)[number];
  /** For people: what looks wrong and what ends the hold. */
  readonly message: string;
}

/** What has not happened in time. Times are ISO with the local offset. */
export interface Overdue {
  /** Of the last complete backup or copy; null when there was none. */
  readonly last: string | null;
  /** When the next one was expected. */
  readonly expected: string;
  /** For people: what is missing and since when. */
  readonly message: string;
}

/** Something at a location that looks like ours and is not a complete backup. */
export interface BrokenEntry {
  /** Bare file name at the location. */
  readonly file: string;
  readonly backup_id: BackupId | null;
  readonly reason:
    | 'archive_missing'
    | 'archive_incomplete'
    | 'sidecar_missing'
    | 'sidecar_invalid'
    | 'unsupported_format'
    /** Its size or sha256 differs from what this instance made, or from the copy at another location. */
    | 'conflict';
  readonly message: string;
}

/** `percent` is 0 to 100 and never falls within a stage; `total_bytes` is an estimate made before reading. */
export interface Progress {
  readonly percent: number;
  readonly bytes: number;
  readonly total_bytes: number;
  readonly files: number;
}

import type { Readable } from 'node:stream';
import type { AgentId, BackupId, BackupRecord, BrokenEntry } from '../model.ts';

/** What an agent can do beyond the contract. What it cannot do it says here; it never pretends. */
export interface AgentAbilities {
  /** `download` honours `range`. */
  readonly range: boolean;
  /** An upload that lost its connection continues where it was. */
  readonly resume: boolean;
  /** `updateRecord` works. */
  readonly update: boolean;
}

export interface AgentOptions {
  readonly signal: AbortSignal;
}

export interface UploadOptions extends AgentOptions {
  /** Bytes at the location so far; never falls within one try. */
  readonly onProgress: (bytes: number) => void;
}

/** First byte and number of bytes. */
export interface ByteRange {
  readonly start: number;
  readonly length: number;
}

export interface DownloadOptions extends AgentOptions {
  /** Only with the ability `range`; else the agent throws `invalid_request`. */
  readonly range?: ByteRange;
}

export interface RecordChanges {
  readonly pinned?: boolean;
  readonly expires?: string | null;
}

export interface AgentListing {
  /** Complete backups, newest first. */
  readonly records: readonly BackupRecord[];
  /** Everything else that looks like ours: reported, never counted, never in the way. */
  readonly broken: readonly BrokenEntry[];
}

export interface CheckStep {
  readonly name: 'reach' | 'write' | 'read' | 'rename' | 'list' | 'delete';
  readonly ok: boolean;
  readonly message: string;
}

export interface CheckReport {
  readonly ok: boolean;
  readonly steps: readonly CheckStep[];
  readonly free: number | null;
}

/** Gives the archive from byte `start` (default 0). May be called again for another try; the bytes are always the same. */
export type OpenArchive = (start?: number) => Promise<Readable>;

/**
 * Stores backups at one location.
 *
 * - A backup is listed only when its whole archive and its sidecar are there: what is being uploaded, was cut off or lost a part is
 *   never among `records`.
 * - `upload` of an id that is already there, complete and with the same sha256, succeeds and sends nothing; with another sha256 it
 *   throws `target_exists` and leaves what is there.
 * - `upload` reads exactly `record.size` bytes; if `open` gives fewer or more, or they do not have `record.sha256`, it throws
 *   `upload_failed` and nothing is listed.
 * - When an upload is canceled or its source fails, nothing of it is left; the thrown error is the signal's reason or the source's error.
 * - `download`, `get`, `delete` and `updateRecord` of an id that is not there throw `backup_not_found`.
 * - `delete` makes the backup unlisted before it removes its bytes, so that a kill in between leaves nothing listed that is not there.
 * - Files at the location that are not ours are left alone and not reported.
 * - An id that is not of the form of a backup id throws `invalid_request`; no path is made from it.
 * - Calls may run at the same time. After `close`, every call throws `agent_error`.
 * - Only `BackupError` is thrown, and it holds no secret.
 */
export interface BackupAgent {
  readonly id: AgentId;
  readonly name: string;
  readonly abilities: AgentAbilities;
  upload(record: BackupRecord, open: OpenArchive, options: UploadOptions): Promise<void>;
  download(backupId: BackupId, options: DownloadOptions): Promise<Readable>;
  list(options: AgentOptions): Promise<AgentListing>;
  get(backupId: BackupId, options: AgentOptions): Promise<BackupRecord>;
  updateRecord(backupId: BackupId, changes: RecordChanges, options: AgentOptions): Promise<void>;
  delete(backupId: BackupId, options: AgentOptions): Promise<void>;
  /** Tries what the agent needs to be able to do, in a file of its own that it removes again. */
  check(options: AgentOptions): Promise<CheckReport>;
  /** Free bytes, null when the location cannot tell. */
  space(options: AgentOptions): Promise<{ readonly free: number } | null>;
  close(): Promise<void>;
}

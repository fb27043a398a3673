/** What the archive code is asked to do and what it answers. Plain data: it crosses the thread border. */
import type { MessagePort } from 'node:worker_threads';
import type { ByteSource } from '../io/byte-source.ts';
import type { Encryption, KeySet, SourceSpec } from '../backup-request.ts';
import type { ErrorCode } from '../errors.ts';
import type { CredentialsState } from '../installation/content/credentials-state.ts';
import type { FlowNode } from '../installation/content/flow-list.ts';
import type { Compression, FailedFiles } from '../model.ts';
import type { BackupHeader } from './backup-header.ts';

/** What goes in, and what of it does not. */
export interface SourcesTask {
  readonly sources: readonly SourceSpec[];
  readonly excludeCaches: boolean;
  readonly excludeIfPresent: readonly string[];
  /** Absolute folders that are never entered: where backups lie, and the engine's state. */
  readonly skipFolders: readonly string[];
}

export interface CreateTask extends SourcesTask {
  readonly kind: 'create';
  /** The file to write; it must not exist. Left behind on failure: the caller removes it. */
  readonly path: string;
  /** Without `sources`, `installation` and `compression`, which the task fills in. */
  readonly header: Omit<BackupHeader, 'sources' | 'installation' | 'compression'>;
  readonly compression: Compression;
  /** Null for an archive that is not encrypted. */
  readonly encryption: Encryption | null;
  readonly unreadable: 'warn' | 'fail';
  /** Whether SQLite databases are copied by SQLite, so that they may be written to meanwhile. */
  readonly copyDatabases: boolean;
}

export interface CreateResult {
  readonly size: number;
  readonly sha256: string;
  /** zstd becomes gzip where this Node.js has no zstd. */
  readonly compression: Compression;
  readonly files: number;
  readonly bytes: number;
  readonly failedFiles: FailedFiles;
  readonly manifestSha256: string;
  /** For the log: what people should know although no file has failed. */
  readonly notes: readonly string[];
  /** The same, for what is worth to be said once. */
  readonly asides: readonly string[];
}

/** Counts what a backup would hold, and makes none. */
export interface EstimateTask extends SourcesTask {
  readonly kind: 'estimate';
  /** Milliseconds, after which what was counted so far is the result. */
  readonly limitMs: number;
}

/** Files and bytes of one source, as far as they were counted. */
export interface EstimatedSource {
  readonly label: string;
  readonly files: number;
  readonly bytes: number;
  /** Files and folders that cannot be read. */
  readonly unreadable: number;
  /** False when there is more. */
  readonly is_complete: boolean;
  /** Why nothing of it can be backed up; null when it can. */
  readonly problem: { readonly code: ErrorCode; readonly message: string } | null;
}

export interface EstimateResult {
  /** In the order of the task. */
  readonly sources: readonly EstimatedSource[];
}

export interface VerifyTask {
  readonly kind: 'verify';
  readonly path: string;
  readonly compression: Compression;
  /** Null for an archive that is not encrypted. */
  readonly keys: KeySet | null;
  /** What the sidecar says; null skips that check. */
  readonly expected: {
    readonly backupId: string;
    readonly size: number;
    readonly sha256: string;
    /** Null, as the bytes, where the sidecar was written without looking into the archive. */
    readonly files: number | null;
    readonly bytes: number | null;
  } | null;
  /** Whether the result tells what `backup.json` says, and how many files failed. */
  readonly tellHeader?: boolean;
}

export interface TaskProblem {
  readonly code:
    'archive_corrupt' | 'unsupported_format' | 'key_missing' | 'key_incorrect' | 'restore_failed' | 'no_flows';
  readonly member: string | null;
  readonly message: string;
}

export interface VerifyResult {
  /** At most 100. Empty means proved. */
  readonly problems: readonly TaskProblem[];
  readonly files: number;
  readonly bytes: number;
  /** As in `RestoreResult`. */
  readonly header?: Readonly<Record<string, unknown>>;
  /** Files that could not be read, or not whole, when the backup was made; only when asked for. */
  readonly failed?: number;
}

export interface RestoreTask {
  readonly kind: 'restore';
  readonly path: string;
  readonly compression: Compression;
  /** Null for an archive that is not encrypted. */
  readonly keys: KeySet | null;
  readonly backupId: string;
  /** Absolute. Made when it is not there. */
  readonly target: string;
  readonly paths: readonly string[] | null;
  readonly overwrite: boolean;
  readonly keepSetuid: boolean;
  /** Of the manifest, when it is known from elsewhere; lower-case hex. Left out, that is not checked. */
  readonly manifestSha256?: string;
  /** Whether the result tells what `backup.json` says. */
  readonly tellHeader?: boolean;
}

export interface RestoreResult {
  readonly files: number;
  readonly bytes: number;
  /** The fields of `backup.json`, which come from outside; only when asked for. */
  readonly header?: Readonly<Record<string, unknown>>;
}

/** A restore into a folder that is not kept, after which everything that is on disk is read again. */
export interface DrillTask extends Omit<RestoreTask, 'kind' | 'paths' | 'overwrite' | 'keepSetuid'> {
  readonly kind: 'drill';
}

/** Reads the flows of a backup of Node-RED. */
export interface FlowsTask {
  readonly kind: 'flows';
  /** As in `RestoreTask`. */
  readonly path: string;
  readonly compression: Compression;
  readonly keys: KeySet | null;
  readonly backupId: string;
  /** Ids or labels of tabs whose nodes are wanted, or every node of the file; null for none. */
  readonly tabs: readonly string[] | 'all' | null;
  /** Whether all is looked at that Node-RED reads at its start, also what has nothing to do with flows. */
  readonly isProof?: boolean;
}

export interface FlowTab {
  readonly id: string;
  readonly label: string;
  readonly disabled: boolean;
  /** Nodes on it, groups not counted. */
  readonly nodes: number;
}

export interface FlowsResult {
  /** Name of the member that holds the flows; null when the backup has none, and all below is then empty. */
  readonly file: string | null;
  readonly tabs: readonly FlowTab[];
  /** Those of the chosen tabs and what they need, in the order of the file, without credentials. */
  readonly nodes: readonly FlowNode[];
  /** How many nodes the flow file has. */
  readonly all: number;
  readonly credentials: CredentialsState;
  /** Why Node-RED could not load them; empty when it could. */
  readonly problems: readonly TaskProblem[];
  /** For people: what else is to be known. */
  readonly warnings: readonly string[];
}

/** Hands out what is in an archive, as bytes. */
export interface ContentTask {
  readonly kind: 'content';
  /** As in `RestoreTask`. */
  readonly path: string;
  readonly compression: Compression;
  readonly keys: KeySet | null;
  /** Name of the file that is wanted, as text; null for the archive itself, decrypted. */
  readonly member: string | null;
}

/** The bytes go to `TaskContext.output`. */
export type ContentResult = Readonly<Record<string, never>>;

export type ArchiveTask = CreateTask | EstimateTask | VerifyTask | RestoreTask | DrillTask | FlowsTask | ContentTask;

export interface TaskResults {
  readonly create: CreateResult;
  readonly estimate: EstimateResult;
  readonly verify: VerifyResult;
  readonly restore: RestoreResult;
  readonly drill: VerifyResult;
  readonly flows: FlowsResult;
  readonly content: ContentResult;
}

/** Bytes read so far and in all; `total` is an estimate while a backup is made. */
export interface TaskProgress {
  readonly bytes: number;
  readonly total: number;
  readonly files: number;
}

/** What a running task is given besides its options. */
export interface TaskContext {
  readonly signal: AbortSignal;
  /** 0 to 19; see `EngineOptions`. */
  readonly niceness: number;
  readonly onProgress: (progress: TaskProgress) => void;
  /** Where the bytes of the archive that is restored, or whose flows are read, come from, when not from its path, which then only names it. */
  readonly source?: ByteSource;
  /** Where a content task sends its bytes: one end of a pipe, see thread-pipe.ts. */
  readonly output?: MessagePort;
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

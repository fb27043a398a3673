import type { Readable } from 'node:stream';
import type { AgentOptions, ByteRange } from './agent.ts';

export interface StoredFile {
  /** Bare name. */
  readonly name: string;
  readonly size: number;
  /** Milliseconds since the epoch. NaN where the location does not tell: such a file is never old. */
  readonly modifiedMs: number;
}

export interface ReadOptions extends AgentOptions {
  readonly range?: ByteRange;
}

export interface PutOptions extends AgentOptions {
  /**
   * That many bytes of the file are there already, from a `put` that lost its connection (its error's `data.kept`), and `chunks`
   * begins behind them. Left out, the file is new, and one that is there is an error. Only where the store `resumes`.
   */
  readonly start?: number;
  /** Only where the store `resumes`: told of how many bytes of the file are surely there. */
  readonly onConfirmed?: (bytes: number) => void;
}

export interface ListOptions extends AgentOptions {
  /** Chooses by name, so that a store need not ask about files that nobody wants to know of. */
  readonly wanted: (name: string) => boolean;
}

/**
 * One folder of files, with as few verbs as a backup location needs: what `StoreAgent` stands on.
 *
 * - Names are bare; the store makes no folders but its own.
 * - A file that `put` or `rename` finished with survives a power cut, as far as the store can see to it.
 * - Only `BackupError` is thrown.
 */
export interface FileStore {
  /** For people, e.g. a folder's path. */
  readonly description: string;
  /** A `put` that lost its connection can be gone on with. */
  readonly resumes: boolean;
  /** Makes the folder when it is not there. Called before the first file is written. */
  prepare(options: AgentOptions): Promise<void>;
  /** Regular files, in any order. A folder that is not there holds none. */
  list(options: ListOptions): Promise<readonly StoredFile[]>;
  /** @returns null when there is no such regular file */
  stat(name: string, options: AgentOptions): Promise<StoredFile | null>;
  /** @throws BackupError `backup_not_found` when there is no such file */
  read(name: string, options: ReadOptions): Promise<Readable>;
  /** The file's first `maxBytes` bytes, or null when it is not there. */
  readSmall(name: string, maxBytes: number, options: AgentOptions): Promise<Uint8Array | null>;
  /**
   * Writes a file. An error of `chunks` is passed on. When it throws, nothing is left, but for one case: where the store `resumes`
   * and the connection was lost, the error is temporary and its `data.kept` says how many bytes are surely there.
   */
  put(name: string, chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>, options: PutOptions): Promise<void>;
  /** Replaces what has the new name. */
  rename(from: string, to: string, options: AgentOptions): Promise<void>;
  /** A file that is not there is no error. */
  remove(name: string, options: AgentOptions): Promise<void>;
  space(options: AgentOptions): Promise<{ readonly free: number } | null>;
  close(): Promise<void>;
}

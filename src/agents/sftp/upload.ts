import type { Clock } from '../../clock.ts';
import { BackupError } from '../../errors.ts';
import { orAborted } from '../../io/abort.ts';
import type { PutOptions } from '../file-store.ts';
import type { Lease, SftpConnections } from './connections.ts';
import { isConnectionLost, requestError } from './errors.ts';
import { openFile, type OpenFile } from './open-file.ts';
import { freeBytes, removeFile, syncFile } from './requests.ts';
import { fileOrNull } from './stored-files.ts';
import { writeChunks, type WriteOptions } from './write-chunks.ts';

/** How long cleaning up may take on a connection that may be dead. */
const CLEAN_UP_MS = 10_000;
/** Less free space than this, and a server that says no more than "failure" means a full disk. */
const FULL_BELOW_BYTES = 1024 * 1024;

export interface UploadOptions {
  readonly connections: SftpConnections;
  readonly clock: Clock;
  /** Bare. */
  readonly name: string;
  /** The location, for messages. */
  readonly place: string;
}

type Chunks = AsyncIterable<Uint8Array> | Iterable<Uint8Array>;

/** Writes one file and, when that fails, sees to what is left of it. */
export class Upload {
  readonly #options: UploadOptions;
  readonly #what: string;

  constructor(options: UploadOptions) {
    this.#options = options;
    this.#what = `Cannot write ${options.name} on ${options.place}`;
  }

  /** @throws BackupError; `data.kept` tells how many bytes can be built upon when the connection was lost */
  async run(chunks: Chunks, options: PutOptions): Promise<void> {
    const lease = await this.#options.connections.acquire(options.signal);
    try {
      await this.#runOn(lease, chunks, options);
    } finally {
      lease.release();
    }
  }

  async #runOn(lease: Lease, chunks: Chunks, options: PutOptions): Promise<void> {
    const { signal, start } = options;
    let confirmed = start ?? 0;
    const onConfirmed = (bytes: number): void => {
      confirmed = bytes;
      options.onConfirmed?.(bytes);
    };
    try {
      await this.#write(lease, chunks, { ...options, onConfirmed });
    } catch (error) {
      const failure = requestError(error, this.#what, signal);
      if (signal.aborted ? failure.temporary : isConnectionLost(error)) {
        // One that was given up because nothing moved any more is as good as lost.
        lease.destroy();
        throw keeping(failure, confirmed);
      }
      const explained = await this.#explain(failure, lease);
      await this.#cleanUp(lease);
      throw explained;
    }
  }

  async #write(
    { sftp }: Lease,
    chunks: Chunks,
    { signal, start, onConfirmed }: PutOptions & { readonly onConfirmed: (bytes: number) => void },
  ): Promise<void> {
    const flags = start === undefined ? 'wx' : 'r+';
    const file = await openFile(this.#options.connections, { name: this.#options.name, flags, signal });
    const end = await this.#fill(file, chunks, { signal, start: start ?? 0, onConfirmed });
    const found = await orAborted(fileOrNull(sftp, file.path, this.#options.name), signal);
    if (found?.size === end) return;
    const what = `${file.path} has ${String(found?.size)} bytes on the server instead of ${String(end)}.`;
    throw new BackupError('upload_failed', `${what} Check its disk.`);
  }

  /** The file is closed afterwards. */
  async #fill(file: OpenFile, chunks: Chunks, options: WriteOptions): Promise<number> {
    const { signal } = options;
    try {
      const end = await writeChunks(file, chunks, options);
      await orAborted(syncFile(file), signal);
      // Some servers say only here that the disk is full; and Windows renames no file that is open.
      await orAborted(file.close(), signal);
      return end;
    } catch (error) {
      file.drop();
      if (signal.aborted && requestError(error, this.#what, signal).temporary) file.destroy();
      throw error;
    }
  }

  /** A full disk is "failure" in this protocol. */
  async #explain(failure: BackupError, { sftp, folder }: Lease): Promise<BackupError> {
    if (failure.code !== 'agent_error') return failure;
    const free = await this.#inTime(freeBytes(sftp, folder)).catch(() => null);
    if (free === null || free >= FULL_BELOW_BYTES) return failure;
    const text = `${failure.message}: the disk of the server is full (${String(free)} bytes free). Free some space there.`;
    return new BackupError('no_space', text, { cause: failure, data: { free } });
  }

  async #cleanUp(lease: Lease): Promise<void> {
    try {
      await this.#inTime(removeFile(lease.sftp, `${lease.folder}/${this.#options.name}`));
    } catch {
      // The server does not answer any more; what is left there goes when the folder is next cleaned up.
      lease.destroy();
    }
  }

  async #inTime<T>(work: Promise<T>): Promise<T> {
    const late = new AbortController();
    const timer = this.#options.clock.setTimer(CLEAN_UP_MS, () => {
      late.abort();
    });
    try {
      return await orAborted(work, late.signal);
    } finally {
      timer.cancel();
    }
  }
}

/** The error of a lost connection, with how many bytes can be built upon. */
function keeping(failure: BackupError, kept: number): BackupError {
  const { code, message, data } = failure;
  return new BackupError(code, message, { cause: failure, temporary: true, data: { ...data, kept } });
}

import type { SFTPWrapper } from 'ssh2';
import type { Clock } from '../../clock.ts';
import { BackupError } from '../../errors.ts';
import { orAborted } from '../../io/abort.ts';
import type { PutOptions } from '../file-store.ts';
import type { Connection } from './connection.ts';
import { isConnectionLost, requestError } from './errors.ts';
import { writeChunks } from './pipeline.ts';
import { closeFile, freeBytes, openFile, orNull, removeFile, statOrNull, syncFile } from './requests.ts';

/** How long cleaning up may take on a connection that may be dead. */
const CLEAN_UP_MS = 10_000;
/** Less free space than this, and a server that says no more than "failure" means a full disk. */
const FULL_BELOW_BYTES = 1024 * 1024;

export interface UploadOptions {
  readonly connection: Connection;
  readonly clock: Clock;
  /** Bare. */
  readonly name: string;
  /** The location, for messages. */
  readonly place: string;
}

type Chunks = AsyncIterable<Uint8Array> | Iterable<Uint8Array>;

/** Writes one file and, when that fails, sees to what is left of it. */
export class Upload {
  readonly #connection: Connection;
  readonly #clock: Clock;
  readonly #path: string;
  readonly #what: string;

  constructor({ connection, clock, name, place }: UploadOptions) {
    this.#connection = connection;
    this.#clock = clock;
    this.#path = `${connection.folder}/${name}`;
    this.#what = `Cannot write ${name} on ${place}`;
  }

  /** @throws BackupError; `data.kept` tells how many bytes can be built upon when the connection was lost */
  async run(chunks: Chunks, options: PutOptions): Promise<void> {
    const { signal, start } = options;
    let confirmed = start ?? 0;
    const onConfirmed = (bytes: number): void => {
      confirmed = bytes;
      options.onConfirmed?.(bytes);
    };
    try {
      await this.#write(this.#connection.sftp, chunks, { ...options, onConfirmed });
    } catch (error) {
      const failure = requestError(error, this.#what, signal);
      if (signal.aborted ? failure.temporary : isConnectionLost(error)) {
        // One that was given up because nothing moved any more is as good as lost.
        this.#connection.destroy();
        throw keeping(failure, confirmed);
      }
      const explained = await this.#explain(failure);
      await this.#cleanUp();
      throw explained;
    }
  }

  async #write(
    sftp: SFTPWrapper,
    chunks: Chunks,
    { signal, start, onConfirmed }: PutOptions & { readonly onConfirmed: (bytes: number) => void },
  ): Promise<void> {
    const path = this.#path;
    const flags = start === undefined ? 'wx' : 'r+';
    const file = await orAborted(openFile(sftp, path, flags), signal);
    let end: number;
    try {
      end = await writeChunks(file, chunks, { start: start ?? 0, signal, onConfirmed });
      await orAborted(syncFile(file), signal);
    } finally {
      closeFile(file);
    }
    const found = await orAborted(statOrNull(sftp, path), signal);
    if (found?.size === end) return;
    const what = `${path} has ${String(found?.size)} bytes on the server instead of ${String(end)}.`;
    throw new BackupError('upload_failed', `${what} Check its disk.`);
  }

  /** A full disk is "failure" in this protocol. */
  async #explain(failure: BackupError): Promise<BackupError> {
    if (failure.code !== 'agent_error') return failure;
    const { sftp, folder } = this.#connection;
    const free = await this.#inTime(freeBytes(sftp, folder)).catch(() => null);
    if (free === null || free >= FULL_BELOW_BYTES) return failure;
    const text = `${failure.message}: the disk of the server is full (${String(free)} bytes free). Free some space there.`;
    return new BackupError('no_space', text, { cause: failure, data: { free } });
  }

  async #cleanUp(): Promise<void> {
    try {
      await this.#inTime(orNull(removeFile(this.#connection.sftp, this.#path)));
    } catch {
      // The server does not answer any more; what is left there goes when the folder is next cleaned up.
      this.#connection.destroy();
    }
  }

  async #inTime<T>(work: Promise<T>): Promise<T> {
    const late = new AbortController();
    const timer = this.#clock.setTimer(CLEAN_UP_MS, () => {
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

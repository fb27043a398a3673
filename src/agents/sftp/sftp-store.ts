import { Readable } from 'node:stream';
import type { Clock } from '../../clock.ts';
import { BackupError } from '../../errors.ts';
import { orAborted } from '../../io/abort.ts';
import type { AgentOptions } from '../agent.ts';
import type { FileStore, ListOptions, PutOptions, ReadOptions, StoredFile } from '../file-store.ts';
import { SftpConnections, type Connection } from './connection.ts';
import { requestError } from './errors.ts';
import { readChunks, readSome } from './pipeline.ts';
import {
  closeFile,
  freeBytes,
  makeFolders,
  openFile,
  orNull,
  readFolder,
  removeFile,
  replace,
  statOrNull,
  type RemoteFile,
} from './requests.ts';
import { describeServer, type SftpSettings } from './settings.ts';
import { Upload } from './upload.ts';

/** Files of one folder of an SFTP server. */
export class SftpStore implements FileStore {
  readonly description: string;
  readonly resumes = true;
  readonly #server: string;
  readonly #connections: SftpConnections;
  readonly #clock: Clock;

  constructor(settings: SftpSettings, clock: Clock) {
    this.#server = describeServer(settings);
    this.description = `${this.#server} ${settings.folder}`;
    this.#connections = new SftpConnections(settings, clock);
    this.#clock = clock;
  }

  async prepare(options: AgentOptions): Promise<void> {
    await this.#with(options, 'Cannot make the folder', ({ sftp, folder }) => makeFolders(sftp, folder));
  }

  async list({ signal, wanted }: ListOptions): Promise<readonly StoredFile[]> {
    return this.#with({ signal }, 'Cannot list the folder', async ({ sftp, folder }) => {
      const entries = await orNull(readFolder(sftp, folder));
      return (entries ?? [])
        .filter(({ filename, attrs }) => wanted(filename) && attrs.isFile())
        .map(({ filename, attrs }) => ({ name: filename, size: attrs.size, modifiedMs: attrs.mtime * 1000 }));
    });
  }

  async stat(name: string, options: AgentOptions): Promise<StoredFile | null> {
    return this.#with(options, `Cannot look at ${name}`, async ({ sftp, folder }) => {
      const found = await statOrNull(sftp, `${folder}/${name}`);
      return found?.isFile() === true ? { name, size: found.size, modifiedMs: found.mtime * 1000 } : null;
    });
  }

  async read(name: string, { signal, range }: ReadOptions): Promise<Readable> {
    const connection = await this.#connections.acquire(signal);
    try {
      const { sftp, folder } = connection;
      const path = `${folder}/${name}`;
      const file = await orAborted(orNull(openFile(sftp, path, 'r')), signal);
      if (file === null) throw new BackupError('backup_not_found', `There is no ${name} in ${this.description}.`);
      const found = await orAborted(statOrNull(sftp, path), signal);
      const { start, length } = range ?? { start: 0, length: found?.size ?? 0 };
      const stream = Readable.from(this.#content(file, { name, start, length, signal }), { objectMode: false });
      // It is given back also when nobody reads to the end, or at all.
      stream.once('close', () => {
        closeFile(file);
        connection.release();
      });
      return stream;
    } catch (error) {
      connection.release();
      throw this.#failure(error, `Cannot read ${name}`, signal);
    }
  }

  async *#content(
    file: RemoteFile,
    { name, ...range }: { name: string; start: number; length: number; signal: AbortSignal },
  ): AsyncGenerator<Buffer, void, undefined> {
    try {
      yield* readChunks(file, range);
    } catch (error) {
      throw this.#failure(error, `Cannot read ${name}`, range.signal);
    }
  }

  async readSmall(name: string, maxBytes: number, options: AgentOptions): Promise<Uint8Array | null> {
    return this.#with(options, `Cannot read ${name}`, async ({ sftp, folder }) => {
      const file = await orNull(openFile(sftp, `${folder}/${name}`, 'r'));
      if (file === null) return null;
      try {
        const buffer = Buffer.alloc(maxBytes);
        let filled = 0;
        while (filled < maxBytes) {
          const count = await readSome(file, buffer.subarray(filled), filled);
          if (count === 0) break;
          filled += count;
        }
        return buffer.subarray(0, filled);
      } finally {
        closeFile(file);
      }
    });
  }

  async put(
    name: string,
    chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
    options: PutOptions,
  ): Promise<void> {
    const connection = await this.#connections.acquire(options.signal);
    try {
      await new Upload({ connection, clock: this.#clock, name, place: this.description }).run(chunks, options);
    } finally {
      connection.release();
    }
  }

  async rename(from: string, to: string, options: AgentOptions): Promise<void> {
    await this.#with(options, `Cannot rename a file to ${to}`, ({ sftp, folder }) =>
      replace(sftp, `${folder}/${from}`, `${folder}/${to}`),
    );
  }

  async remove(name: string, options: AgentOptions): Promise<void> {
    await this.#with(options, `Cannot remove ${name}`, async ({ sftp, folder }) => {
      await orNull(removeFile(sftp, `${folder}/${name}`));
    });
  }

  async space(options: AgentOptions): Promise<{ readonly free: number } | null> {
    return this.#with(options, 'Cannot ask for the free space', async ({ sftp, folder }) => {
      const free = await freeBytes(sftp, folder);
      return free === null ? null : { free };
    });
  }

  async close(): Promise<void> {
    await this.#connections.close();
  }

  async #with<T>({ signal }: AgentOptions, what: string, work: (connection: Connection) => Promise<T>): Promise<T> {
    const connection = await this.#connections.acquire(signal);
    try {
      return await orAborted(work(connection), signal);
    } catch (error) {
      throw this.#failure(error, what, signal);
    } finally {
      connection.release();
    }
  }

  #failure(error: unknown, what: string, signal: AbortSignal): BackupError {
    return requestError(error, `${what} on ${this.description}`, signal);
  }
}

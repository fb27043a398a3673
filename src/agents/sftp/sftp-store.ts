import { Readable } from 'node:stream';
import type { FileEntryWithStats } from 'ssh2';
import type { Clock } from '../../clock.ts';
import { BackupError } from '../../errors.ts';
import { orAborted } from '../../io/abort.ts';
import type { AgentOptions } from '../agent.ts';
import type { FileStore, ListOptions, PutOptions, ReadOptions, StoredFile } from '../file-store.ts';
import { SftpConnections, type Lease } from './connections.ts';
import { requestError } from './errors.ts';
import { openToRead, type OpenFile } from './open-file.ts';
import { readChunks, readSome } from './read-chunks.ts';
import { requestSizes } from './server-limits.ts';
import { freeBytes, makeFolders, orNull, readFolder, removeFile, replace } from './requests.ts';
import { describeServer, type SftpSettings } from './settings.ts';
import { fileOrNull, filesAmong } from './stored-files.ts';
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
    return this.#with({ signal }, 'Cannot list the folder', async (lease) => {
      const entries = await this.#entries(signal);
      return filesAmong(
        lease.sftp,
        lease.folder,
        entries.filter(({ filename }) => wanted(filename)),
      );
    });
  }

  async #entries(signal: AbortSignal): Promise<readonly FileEntryWithStats[]> {
    const opening = this.#connections.open(signal, ({ sftp, folder }) => readFolder(sftp, folder));
    const opened = await orNull(opening);
    // It was closed when it was read.
    opened?.lease.release();
    return opened?.value ?? [];
  }

  async stat(name: string, options: AgentOptions): Promise<StoredFile | null> {
    return this.#with(options, `Cannot look at ${name}`, ({ sftp, folder }) =>
      fileOrNull(sftp, `${folder}/${name}`, name),
    );
  }

  async read(name: string, { signal, range }: ReadOptions): Promise<Readable> {
    try {
      const file = await openToRead(this.#connections, { name, signal });
      if (file === null) throw new BackupError('backup_not_found', `There is no ${name} in ${this.description}.`);
      const { start, length } = range ?? { start: 0, length: await sizeOf(file, name, signal) };
      const stream = Readable.from(this.#content(file, { name, start, length, signal }), { objectMode: false });
      // It is given back also when nobody reads to the end, or at all.
      stream.once('close', () => {
        file.drop();
      });
      return stream;
    } catch (error) {
      throw this.#failure(error, `Cannot read ${name}`, signal);
    }
  }

  async *#content(
    file: OpenFile,
    { name, ...range }: { name: string; start: number; length: number; signal: AbortSignal },
  ): AsyncGenerator<Buffer, void, undefined> {
    try {
      yield* readChunks(file, range);
    } catch (error) {
      throw this.#failure(error, `Cannot read ${name}`, range.signal);
    }
  }

  async readSmall(name: string, maxBytes: number, { signal }: AgentOptions): Promise<Uint8Array | null> {
    try {
      const file = await openToRead(this.#connections, { name, signal });
      return file === null ? null : await orAborted(readStart(file, maxBytes), signal);
    } catch (error) {
      throw this.#failure(error, `Cannot read ${name}`, signal);
    }
  }

  async put(
    name: string,
    chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
    options: PutOptions,
  ): Promise<void> {
    const upload = new Upload({ connections: this.#connections, clock: this.#clock, name, place: this.description });
    await upload.run(chunks, options);
  }

  async rename(from: string, to: string, options: AgentOptions): Promise<void> {
    await this.#with(options, `Cannot rename a file to ${to}`, ({ sftp, folder }) =>
      replace(sftp, `${folder}/${from}`, `${folder}/${to}`),
    );
  }

  async remove(name: string, options: AgentOptions): Promise<void> {
    await this.#with(options, `Cannot remove ${name}`, async ({ sftp, folder }) => {
      await removeFile(sftp, `${folder}/${name}`);
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

  async #with<T>({ signal }: AgentOptions, what: string, work: (lease: Lease) => Promise<T>): Promise<T> {
    const lease = await this.#connections.acquire(signal);
    try {
      return await orAborted(work(lease), signal);
    } catch (error) {
      throw this.#failure(error, what, signal);
    } finally {
      lease.release();
    }
  }

  #failure(error: unknown, what: string, signal: AbortSignal): BackupError {
    return requestError(error, `${what} on ${this.description}`, signal);
  }
}

/** The file is closed when this throws. */
async function sizeOf(file: OpenFile, name: string, signal: AbortSignal): Promise<number> {
  try {
    return (await orAborted(fileOrNull(file.sftp, file.path, name), signal))?.size ?? 0;
  } catch (error) {
    file.drop();
    throw error;
  }
}

/** At most so many bytes from the start of a file, which is closed. */
async function readStart(file: OpenFile, maxBytes: number): Promise<Uint8Array> {
  try {
    const buffer = Buffer.alloc(maxBytes);
    const most = requestSizes(file.sftp).read;
    let filled = 0;
    while (filled < maxBytes) {
      const count = await readSome(file, buffer.subarray(filled, filled + most), filled);
      if (count === 0) break;
      filled += count;
    }
    return buffer.subarray(0, filled);
  } finally {
    file.drop();
  }
}

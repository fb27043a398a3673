import { closeSync, constants, createReadStream, lstatSync, openSync, readSync } from 'node:fs';
import { mkdir, open, readdir, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Readable } from 'node:stream';
import type { Clock } from '../../clock.ts';
import { BackupError, systemCode, toBackupError } from '../../errors.ts';
import { throwIfAborted } from '../../io/abort.ts';
import { writeNewFile } from '../../io/atomic-file.ts';
import { freeSpace } from '../../io/free-space.ts';
import { fsyncFolder } from '../../io/fsync.ts';
import { giveAway } from '../../io/own-memory.ts';
import { TimeSlices } from '../../io/time-slices.ts';
import type { AgentOptions } from '../agent.ts';
import { checkMounted } from './mount-check.ts';
import type { FileStore, ListOptions, ReadOptions, StoredFile } from '../file-store.ts';

const FILE_MODE = 0o600;
const FOLDER_MODE = 0o700;

const isMissing = (error: unknown): boolean => systemCode(error) === 'ENOENT';

/**
 * Files of one folder of this machine.
 *
 * Small steps (a stat, a sidecar) are synchronous, in slices of two milliseconds: each costs a tenth of its four trips through the
 * thread pool, and a folder that no longer answers is met by the asynchronous listing before them.
 */
export class LocalStore implements FileStore {
  readonly description: string;
  readonly resumes = false;
  readonly #folder: string;
  readonly #slices: TimeSlices;
  #mountedApartFrom: readonly string[] = [];
  #buffer: Buffer = Buffer.alloc(0);

  constructor(folder: string, clock: Clock) {
    this.#folder = folder;
    this.description = folder;
    this.#slices = new TimeSlices(clock);
  }

  /** From now on, nothing is written or listed while the folder lies on the file system of one of these paths. */
  mustBeMounted(apartFrom: readonly string[]): void {
    this.#mountedApartFrom = apartFrom;
  }

  async prepare(): Promise<void> {
    await checkMounted(this.#folder, this.#mountedApartFrom);
    await this.#attempt('Cannot make the folder', this.#folder, async () => {
      try {
        const made = await mkdir(this.#folder, { recursive: true, mode: FOLDER_MODE });
        if (made !== undefined) await fsyncFolder(dirname(made));
      } catch (error) {
        if (['EEXIST', 'ENOTDIR'].includes(systemCode(error) ?? '')) throw notFolder(this.#folder);
        throw error;
      }
    });
  }

  async list({ signal, wanted }: ListOptions): Promise<readonly StoredFile[]> {
    await checkMounted(this.#folder, this.#mountedApartFrom);
    return this.#attempt('Cannot list', this.#folder, async () => {
      const names = await this.#names();
      const files: StoredFile[] = [];
      for (const name of names.filter(wanted)) {
        if (this.#slices.isOver) await this.#slices.next();
        throwIfAborted(signal);
        const file = this.#statNow(name);
        if (file !== null) files.push(file);
      }
      return files;
    });
  }

  async #names(): Promise<readonly string[]> {
    try {
      return await readdir(this.#folder);
    } catch (error) {
      if (isMissing(error)) return [];
      if (systemCode(error) === 'ENOTDIR') throw notFolder(this.#folder);
      throw error;
    }
  }

  async stat(name: string, { signal }: AgentOptions): Promise<StoredFile | null> {
    throwIfAborted(signal);
    return this.#attempt('Cannot look at', name, () => this.#statNow(name));
  }

  #statNow(name: string): StoredFile | null {
    const found = lstatSync(join(this.#folder, name), { throwIfNoEntry: false });
    return found?.isFile() === true ? { name, size: found.size, modifiedMs: found.mtimeMs } : null;
  }

  async read(name: string, { signal, range }: ReadOptions): Promise<Readable> {
    throwIfAborted(signal);
    const handle = await this.#attempt('Cannot read', name, async () => {
      try {
        return await open(join(this.#folder, name), 'r');
      } catch (error) {
        if (!isMissing(error)) throw error;
        throw new BackupError('backup_not_found', `The file ${name} is not in ${this.#folder}.`, { cause: error });
      }
    });
    const part = range === undefined ? {} : { start: range.start, end: range.start + range.length - 1 };
    // Each chunk is a buffer of its own, which nobody else has.
    return giveAway(createReadStream('', { fd: handle, signal, highWaterMark: 512 * 1024, ...part }));
  }

  async readSmall(name: string, maxBytes: number, { signal }: AgentOptions): Promise<Uint8Array | null> {
    if (this.#slices.isOver) await this.#slices.next();
    throwIfAborted(signal);
    if (this.#buffer.length < maxBytes) this.#buffer = Buffer.alloc(maxBytes);
    try {
      return readAtMost(join(this.#folder, name), this.#buffer, maxBytes);
    } catch (error) {
      throw this.#failure('Cannot read', name, error);
    }
  }

  async put(
    name: string,
    chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
    { signal }: AgentOptions,
  ): Promise<void> {
    throwIfAborted(signal);
    await this.#attempt('Cannot write', name, () => writeNewFile(join(this.#folder, name), chunks, FILE_MODE));
  }

  async rename(from: string, to: string, { signal }: AgentOptions): Promise<void> {
    throwIfAborted(signal);
    await this.#attempt('Cannot rename a file to', to, async () => {
      await rename(join(this.#folder, from), join(this.#folder, to));
      await fsyncFolder(this.#folder);
    });
  }

  async remove(name: string, { signal }: AgentOptions): Promise<void> {
    throwIfAborted(signal);
    await this.#attempt('Cannot remove', name, async () => {
      await rm(join(this.#folder, name), { force: true });
      await fsyncFolder(this.#folder);
    });
  }

  async space({ signal }: AgentOptions): Promise<{ readonly free: number } | null> {
    throwIfAborted(signal);
    return { free: await this.#attempt('Cannot ask for the free space of', '', () => freeSpace(this.#folder)) };
  }

  async close(): Promise<void> {
    // Nothing is kept open between calls.
  }

  async #attempt<T>(what: string, name: string, work: () => T | Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      throw this.#failure(what, name, error);
    }
  }

  #failure(what: string, name: string, error: unknown): BackupError {
    return toBackupError(error, 'agent_error', `${what} ${join(this.#folder, name === this.#folder ? '' : name)}`);
  }
}

function notFolder(path: string): BackupError {
  return new BackupError(
    'invalid_request',
    `${path} is not a folder, or lies in what is none. Choose a folder, or a free name.`,
  );
}

/** What is no regular file is not there for us: a link is not followed, and a FIFO of that name must not hold us up. */
const OPEN_FLAGS = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
const NOT_REGULAR = new Set(['ENOENT', 'ELOOP', 'EISDIR', 'ENXIO', 'EAGAIN']);

function readAtMost(path: string, buffer: Buffer, maxBytes: number): Buffer | null {
  let fd: number | null = null;
  try {
    fd = openSync(path, OPEN_FLAGS);
    return Buffer.from(buffer.subarray(0, readSync(fd, buffer, 0, maxBytes, 0)));
  } catch (error) {
    if (NOT_REGULAR.has(systemCode(error) ?? '')) return null;
    throw error;
  } finally {
    if (fd !== null) closeSync(fd);
  }
}

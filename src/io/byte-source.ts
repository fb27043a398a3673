import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { BackupError, systemCode, toBackupError } from '../errors.ts';

/** Bytes that can be read at any place: a file of this machine, a range of a remote one, a layer over another source. */
export interface ByteSource {
  readonly size: number;
  /**
   * Fills `target` with the bytes from `position`.
   *
   * @throws BackupError `archive_corrupt` when the source ends before
   */
  read(target: Uint8Array, position: number): Promise<void>;
  close(): Promise<void>;
}

/** Reads synchronously: for worker threads. */
class FileSource implements ByteSource {
  readonly size: number;
  readonly #fd: number;
  readonly #path: string;

  constructor(path: string) {
    this.#path = path;
    this.#fd = openSync(path, 'r');
    this.size = fstatSync(this.#fd).size;
  }

  read(target: Uint8Array, position: number): Promise<void> {
    for (let at = 0; at < target.length;) {
      const count = readSync(this.#fd, target, at, target.length - at, position + at);
      if (count === 0) {
        return Promise.reject(new BackupError('archive_corrupt', `${this.#path} ends too early: it is cut off.`));
      }
      at += count;
    }
    return Promise.resolve();
  }

  close(): Promise<void> {
    closeSync(this.#fd);
    return Promise.resolve();
  }
}

/**
 * @throws BackupError `backup_not_found` when the file is not there
 */
export function openFileSource(path: string): ByteSource {
  try {
    return new FileSource(path);
  } catch (error) {
    if (systemCode(error) === 'ENOENT') {
      throw new BackupError('backup_not_found', `The archive ${path} is not there.`, { cause: error });
    }
    throw toBackupError(error, 'agent_error', `Cannot open ${path}`);
  }
}

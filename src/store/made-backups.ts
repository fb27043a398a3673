import { open, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { isBackupId } from '../backup-names.ts';
import { toBackupError } from '../errors.ts';
import { fsyncFolder } from '../io/fsync.ts';
import type { BackupId } from '../model.ts';

/** What this instance knows of a backup that it made; trusted before any sidecar. */
export interface MadeBackup {
  readonly backupId: BackupId;
  readonly size: number;
  readonly sha256: string;
  readonly manifestSha256: string;
  /** Fingerprint of what its plan was set to take, 16 hex digits; null for backups of earlier versions. */
  readonly planMark: string | null;
}

const NAME = /^(\d{8}T\d{6}Z-[0-9a-f]{8})\.(\d{1,16})\.([0-9a-f]{64})\.([0-9a-f]{64})(?:\.([0-9a-f]{16}))?$/;

function fileName({ backupId, size, sha256, manifestSha256, planMark }: MadeBackup): string {
  const name = `${backupId}.${String(size)}.${sha256}.${manifestSha256}`;
  return planMark === null ? name : `${name}.${planMark}`;
}

function parseName(name: string): MadeBackup | null {
  const parts = NAME.exec(name);
  if (parts === null) return null;
  const [, backupId = '', size = '', sha256 = '', manifestSha256 = '', planMark = null] = parts;
  return isBackupId(backupId) ? { backupId, size: Number(size), sha256, manifestSha256, planMark } : null;
}

/**
 * The backups that this instance made. Each is an empty file whose name says it all: making one is a single step, no file can be
 * half written, and thousands are read by listing a folder.
 */
export class MadeBackups {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  async add(made: MadeBackup): Promise<void> {
    try {
      await (await open(join(this.#folder, fileName(made)), 'w', 0o600)).close();
      await fsyncFolder(this.#folder);
    } catch (error) {
      throw toBackupError(error, 'unknown_error', `Cannot remember the backup in ${this.#folder}`);
    }
  }

  async remove(made: MadeBackup): Promise<void> {
    await rm(join(this.#folder, fileName(made)), { force: true });
  }

  /** By backup id. */
  async all(): Promise<ReadonlyMap<BackupId, MadeBackup>> {
    try {
      const made = (await readdir(this.#folder)).map(parseName).filter((entry) => entry !== null);
      return new Map(made.map((entry) => [entry.backupId, entry]));
    } catch (error) {
      throw toBackupError(error, 'unknown_error', `Cannot list ${this.#folder}`);
    }
  }
}

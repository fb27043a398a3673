import type { BackupId } from '../../model.ts';
import type { StartedJob } from './jobs.ts';

/** The backups that jobs read at the moment, so that nobody removes them meanwhile. */
export class BackupsInUse {
  readonly #jobs = new Map<BackupId, number>();

  has(backupId: BackupId): boolean {
    return this.#jobs.has(backupId);
  }

  /** @returns the same job; until its work is over, the backup is one that is read */
  during<T>(backupId: BackupId, job: StartedJob<T>): StartedJob<T> {
    this.#jobs.set(backupId, (this.#jobs.get(backupId) ?? 0) + 1);
    void job.over.then(() => {
      const left = (this.#jobs.get(backupId) ?? 1) - 1;
      if (left > 0) this.#jobs.set(backupId, left);
      else this.#jobs.delete(backupId);
    });
    return job;
  }
}

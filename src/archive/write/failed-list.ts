import { BackupError, systemCode } from '../../errors.ts';
import type { FailedFile, FailedFiles, FailedReason } from '../../model.ts';
import { failedLine } from '../format/manifest-line.ts';
import type { ManifestSpool } from './manifest-spool.ts';

const LISTED = 100;

/** The files that are not, or not whole, in an archive. */
export class FailedList {
  readonly #spool: ManifestSpool;
  readonly #unreadable: 'warn' | 'fail';
  readonly #list: FailedFile[] = [];
  #count = 0;

  /** @param unreadable - whether a file that cannot be read ends the job */
  constructor(spool: ManifestSpool, unreadable: 'warn' | 'fail') {
    this.#spool = spool;
    this.#unreadable = unreadable;
  }

  get all(): FailedFiles {
    return { count: this.#count, list: this.#list };
  }

  /**
   * @param name - of the member
   * @param cause - an error, or the message
   * @throws BackupError `source_unreadable`
   */
  add(name: Buffer, reason: FailedReason, cause: unknown): void {
    const message = typeof cause === 'string' ? cause : (systemCode(cause) ?? String(cause));
    const path = name.toString('utf8');
    if (reason === 'unreadable' && this.#unreadable === 'fail') {
      const what = `Cannot read ${path}: ${message}. Check its permissions, or exclude it.`;
      throw new BackupError('source_unreadable', what, { cause });
    }
    this.#spool.add(failedLine(name, reason, message));
    this.#count += 1;
    if (this.#list.length < LISTED) this.#list.push({ path, reason, message });
  }
}

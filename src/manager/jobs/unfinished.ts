import type { BackupError } from '../../errors.ts';
import type { BackupEvent } from '../../events.ts';

/** A job that an earlier process did not end: how it is told, and its error; null when its backup was complete after all. */
export interface Unfinished {
  readonly event: BackupEvent;
  readonly error: BackupError | null;
}

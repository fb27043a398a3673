/** What retention needs to know of a backup. */
import type { BackupId, BackupRecord } from '../model.ts';
import { readMoment } from './moment.ts';

export type RetainedBackup = Pick<
  BackupRecord,
  | 'backup_id'
  | 'date'
  | 'instance_id'
  | 'plan_id'
  | 'plan_name'
  | 'automatic'
  | 'expires'
  | 'pinned'
  | 'bytes'
  | 'files'
  | 'sources'
>;

/** A backup as the search for what looks wrong sees it. */
export interface Sized {
  readonly backup_id: BackupId;
  /** Milliseconds since the epoch. */
  readonly ms: number;
  readonly bytes: number;
  readonly files: number;
  /** The same text for the same sources: other sources are not comparable. */
  readonly sources: string;
}

export function sized({ backup_id, date, bytes, files, sources }: RetainedBackup): Sized {
  const labels = sources.map(({ label }) => label).sort();
  return { backup_id, ms: readMoment(date)?.ms ?? NaN, bytes, files, sources: JSON.stringify(labels) };
}

import { parseIso, systemClock, type BackupRecord, type HeldGroup } from '../../src/index.ts';

/** What backup-status tells of retention. */
export interface RetentionCounts {
  /** Backups whose time is over, and that are still there. */
  readonly expired: number;
  readonly pinned: number;
  /** Plans of which the last run deleted nothing because they looked wrong. */
  readonly held: number;
  readonly held_plans: readonly HeldGroup[];
}

export function retentionCounts(backups: readonly BackupRecord[], held: readonly HeldGroup[]): RetentionCounts {
  const now = systemClock.now();
  return {
    expired: backups.filter(({ expires }) => expires !== null && parseIso(expires) < now).length,
    pinned: backups.filter(({ pinned }) => pinned).length,
    held: held.length,
    held_plans: held,
  };
}

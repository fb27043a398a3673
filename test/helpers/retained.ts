import type { RetainedBackup } from '../../src/retention/retained-backup.ts';
import type { GroupContext } from '../../src/retention/thin-group.ts';

/** A backup of this machine's plan as retention sees it. @param date - ISO with its offset; the id is made of it */
export function retained(date: string, changes: Partial<RetainedBackup> = {}): RetainedBackup {
  return {
    backup_id: date,
    date,
    instance_id: 'this',
    plan_id: 'plan',
    plan_name: 'Every night',
    automatic: true,
    expires: null,
    pinned: false,
    bytes: 1000,
    files: 10,
    sources: [{ label: 'node-red' }],
    ...changes,
  };
}

/** So many nights at 3:00 UTC, the newest first. @param newest - `YYYY-MM-DD` */
export function nights(newest: string, count: number): string[] {
  const start = Date.parse(`${newest}T03:00:00Z`);
  return Array.from({ length: count }, (_, index) => new Date(start - index * 86_400_000).toISOString());
}

/** What retention is told of this machine when there is nothing special about it. */
export function groupContext(changes: Partial<GroupContext> & Pick<GroupContext, 'nowMs'>): GroupContext {
  return {
    instanceId: 'this',
    acknowledged: null,
    arrived: null,
    wasMadeHere: null,
    planMarkOf: () => null,
    isInUse: () => false,
    ...changes,
  };
}

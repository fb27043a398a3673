/** Guards and expiry around the rules, for the backups of one plan at one location. Pure. */
import type { BackupId, Hold } from '../model.ts';
import { applyRetention } from './apply-retention.ts';
import type { HoldContext } from './hold.ts';
import { holdOf } from './hold.ts';
import { readMoment } from './moment.ts';
import { isEmptyPolicy, parsePolicy } from './policy.ts';
import type { Decision, RetentionPolicy } from './policy.ts';
import type { RetainedBackup } from './retained-backup.ts';
import { sized } from './retained-backup.ts';

/** How a group is thinned. */
export interface Thinning {
  /** Null to remove expired backups only. */
  readonly policy: RetentionPolicy | null;
  /** Backups that somebody asked for by hand are left alone, but for their expiry. */
  readonly automaticOnly: boolean;
}

/** What else is known of a group and its location. */
export interface GroupContext extends HoldContext {
  /** Whose backups may be removed. */
  readonly instanceId: string;
  /** Backups that a copy which runs or waits still reads. */
  readonly isInUse: (backupId: BackupId) => boolean;
}

export interface ThinnedGroup {
  /** Newest first; those whose date cannot be read come last. */
  readonly decisions: readonly Decision[];
  /** Why nothing is removed, null when nothing looks wrong. Told also when there is nothing to remove. */
  readonly hold: Hold | null;
}

/** @throws BackupError `invalid_request` when the policy is not in order, or an id is there twice */
export function thinGroup(backups: readonly RetainedBackup[], thinning: Thinning, context: GroupContext): ThinnedGroup {
  const past = newestFirst(backups).filter((backup) => msOf(backup) <= context.nowMs);
  const newest = past.find(({ automatic }) => automatic || !thinning.automaticOnly);
  const settled = decisionsBeforeRules(backups, thinning, context);
  const free = backups.filter(({ backup_id }) => !settled.has(backup_id));
  const byRules = new Map(rulesFor(free, thinning, context.nowMs).map((decision) => [decision.backup_id, decision]));
  const hold = holdOf(past.map(sized), context);
  const decisions = newestFirst(backups).map((backup) => {
    const decided = settled.get(backup.backup_id) ?? byRules.get(backup.backup_id);
    if (decided?.keep !== false) return decided ?? keeps(backup, 'guard:unclear_date');
    if (backup === newest || backup === past[0]) return keeps(backup, 'guard:newest');
    if (context.isInUse(backup.backup_id)) return keeps(backup, 'guard:in_use');
    return hold === null ? decided : keeps(backup, `hold:${hold.reason}`);
  });
  return { decisions, hold };
}

/** What the rules do not see and give no slot to. */
function decisionsBeforeRules(
  backups: readonly RetainedBackup[],
  { automaticOnly, policy }: Thinning,
  { nowMs, instanceId }: GroupContext,
): ReadonlyMap<BackupId, Decision> {
  const found = new Map<BackupId, Decision>();
  for (const backup of backups) {
    const { backup_id, expires } = backup;
    const guard = guardOf(backup, nowMs, instanceId);
    const until = expires === null ? null : msOfText(expires);
    if (guard !== null) found.set(backup_id, keeps(backup, guard));
    else if (until !== null && until < nowMs) found.set(backup_id, { backup_id, keep: false, reasons: ['expired'] });
    else if (until !== null) found.set(backup_id, keeps(backup, 'expires'));
    else if (policy === null) found.set(backup_id, keeps(backup, 'never_expires'));
    else if (automaticOnly && !backup.automatic) found.set(backup_id, keeps(backup, 'guard:manual'));
  }
  return found;
}

function guardOf(backup: RetainedBackup, nowMs: number, instanceId: string): string | null {
  const ms = msOf(backup);
  if (backup.instance_id !== instanceId) return 'guard:other_instance';
  if (backup.pinned) return 'guard:pinned';
  if (Number.isNaN(ms) || (backup.expires !== null && Number.isNaN(msOfText(backup.expires))))
    return 'guard:unclear_date';
  return ms > nowMs ? 'guard:future' : null;
}

function rulesFor(backups: readonly RetainedBackup[], { policy }: Thinning, nowMs: number): readonly Decision[] {
  if (policy === null) return [];
  if (isEmptyPolicy(parsePolicy(policy))) return backups.map((backup) => keeps(backup, 'guard:empty_policy'));
  return applyRetention(backups, policy, nowMs);
}

const keeps = ({ backup_id }: RetainedBackup, reason: string): Decision => ({
  backup_id,
  keep: true,
  reasons: [reason],
});

const msOfText = (text: string): number => readMoment(text)?.ms ?? NaN;
const msOf = ({ date }: RetainedBackup): number => msOfText(date);

function newestFirst(backups: readonly RetainedBackup[]): readonly RetainedBackup[] {
  const place = (backup: RetainedBackup): number => {
    const ms = msOf(backup);
    return Number.isNaN(ms) ? -Infinity : ms;
  };
  const placed = backups.map((backup) => ({ backup, ms: place(backup) }));
  const byId = (a: RetainedBackup, b: RetainedBackup): number => (a.backup_id < b.backup_id ? 1 : -1);
  return placed.sort((a, b) => compare(b.ms, a.ms) || byId(a.backup, b.backup)).map(({ backup }) => backup);
}

/** Infinities of one sign are equal. */
function compare(a: number, b: number): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

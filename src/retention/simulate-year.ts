import { isoLocal, parseIso } from '../clock.ts';
import { applyRetention } from './apply-retention.ts';
import type { DatedBackup } from './apply-retention.ts';
import type { RetentionPolicy } from './policy.ts';

export interface SimulatedNight {
  /** ISO with the local offset. */
  readonly date: string;
  /** Why its backup is still kept, empty when it is gone. */
  readonly reasons: readonly string[];
}

const DAY_MS = 86_400_000;
const NIGHTS = 365;

/**
 * What is left of a year of nightly backups when the policy was applied every night.
 *
 * @param newestMs - when the last of them was made, in milliseconds since the epoch
 * @returns all nights, oldest first
 * @throws BackupError `invalid_request` when the policy is not in order
 */
export function simulateYear(policy: RetentionPolicy, newestMs: number): readonly SimulatedNight[] {
  const nights = Array.from({ length: NIGHTS }, (_, index) => isoLocal(newestMs - (NIGHTS - 1 - index) * DAY_MS));
  let stored: readonly DatedBackup[] = [];
  let reasons: ReadonlyMap<string, readonly string[]> = new Map();
  for (const date of nights) {
    const all = [...stored, { backup_id: date, date }];
    const kept = applyRetention(all, policy, parseIso(date)).filter(({ keep }) => keep);
    reasons = new Map(kept.map((decision) => [decision.backup_id, decision.reasons]));
    stored = all.filter(({ backup_id }) => reasons.has(backup_id));
  }
  return nights.map((date) => ({ date, reasons: reasons.get(date) ?? [] }));
}

/** Whether the backups of one group look wrong: then nothing of it is deleted until that is cleared up. Pure. */
import type { BackupId, Hold } from '../model.ts';
import type { Sized } from './retained-backup.ts';

/** What somebody has said to be in order. */
interface Acknowledged {
  /** When, in milliseconds since the epoch: what was made elsewhere until then is accepted. */
  readonly atMs: number;
  /** The date of the newest backup then, in milliseconds since the epoch: what is normal is counted from it on. */
  readonly newestMs: number;
}

export interface HoldContext {
  readonly nowMs: number;
  readonly acknowledged: Acknowledged | null;
  /** The backup whose arrival at the location began the run: however long the way took, it is not late. Null when none did. */
  readonly arrived: BackupId | null;
  /** Whether this machine made the backup; null where that is not known, e.g. for those of another instance. */
  readonly wasMadeHere: ((backupId: BackupId) => boolean) | null;
  /** A fingerprint of what its plan was set to take when the backup was made; null where that is not known. */
  readonly planMarkOf: (backupId: BackupId) => string | null;
}

const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;
const USUAL_SPAN_MS = 14 * DAY_MS;
/** How many earlier backups the newest is compared with. */
const COMPARED = 10;
/** So many backups of one size are a new normal. */
const NEW_NORMAL = 3;

/**
 * @param backups - of one group, newest first, none of them from the future
 * @returns null when nothing looks wrong
 */
export function holdOf(backups: readonly Sized[], context: HoldContext): Hold | null {
  return fromElsewhere(backups, context) ?? smaller(backups, context) ?? late(backups, context);
}

function fromElsewhere(backups: readonly Sized[], { acknowledged, wasMadeHere }: HoldContext): Hold | null {
  if (wasMadeHere === null) return null;
  const since = acknowledged?.atMs ?? -Infinity;
  const strangers = backups.filter(({ backup_id, ms }) => ms > since && !wasMadeHere(backup_id));
  const [first] = strangers;
  if (first === undefined) return null;
  const more = strangers.length === 1 ? '' : ` and ${String(strangers.length - 1)} more`;
  const what = `Backup ${first.backup_id}${more} bears this machine's id, but was not made here: is there a copy of this machine?`;
  return { reason: 'unknown_origin', message: `${what} Nothing is deleted until that is acknowledged.` };
}

function smaller(backups: readonly Sized[], { acknowledged, planMarkOf }: HoldContext): Hold | null {
  const [newest] = backups;
  if (newest === undefined) return null;
  const since = acknowledged?.newestMs ?? -Infinity;
  const mark = planMarkOf(newest.backup_id);
  const isOfSamePlan = ({ backup_id, sources }: Sized): boolean =>
    sources === newest.sources && !differ(mark, planMarkOf(backup_id));
  const comparable = backups.filter((backup) => backup.ms >= since && isOfSamePlan(backup));
  const before = comparable.slice(1, 1 + COMPARED);
  if (before.length === 0) return null;
  for (const key of ['bytes', 'files'] as const) {
    const usual = median(before.map((backup) => backup[key]));
    if (newest[key] * 2 >= usual || isNewNormal(comparable.slice(0, NEW_NORMAL).map((backup) => backup[key]))) continue;
    const what = `Backup ${newest.backup_id} has ${String(newest[key])} ${key}, those before it had ${String(usual)}.`;
    const hint = 'Look whether everything is still in it. Nothing is deleted until that is acknowledged';
    return {
      reason: 'smaller',
      message: `${what} ${hint}, or until three backups have the new size, or the plan takes something else.`,
    };
  }
  return null;
}

/** Whether both are known, and not the same. */
const differ = (a: string | null, b: string | null): boolean => a !== null && b !== null && a !== b;

/** Three in a row that are about as large as each other. */
function isNewNormal(sizes: readonly number[]): boolean {
  return sizes.length === NEW_NORMAL && Math.min(...sizes) * 2 >= Math.max(...sizes);
}

function late(backups: readonly Sized[], { nowMs, acknowledged, arrived }: HoldContext): Hold | null {
  const [newest] = backups;
  if (newest === undefined || newest.backup_id === arrived || acknowledged?.newestMs === newest.ms) return null;
  const recent = backups.filter(({ ms }) => newest.ms - ms <= USUAL_SPAN_MS);
  const pauses = recent.slice(1).map(({ ms }, index) => (recent[index]?.ms ?? ms) - ms);
  if (pauses.length === 0) return null;
  const usual = Math.max(median(pauses), HOUR_MS);
  if (nowMs - newest.ms <= 2 * usual) return null;
  const hours = (ms: number): string => `${String(Math.round(ms / HOUR_MS))} h`;
  const what = `The newest backup, ${newest.backup_id}, is ${hours(nowMs - newest.ms)} old; usually there is one every ${hours(usual)}.`;
  return { reason: 'late', message: `${what} Nothing is deleted until there is a newer one, or that is acknowledged.` };
}

/** Of an even number, the lower of the two in the middle. */
function median(numbers: readonly number[]): number {
  const sorted = numbers.toSorted((a, b) => a - b);
  return sorted[Math.floor((sorted.length - 1) / 2)] ?? 0;
}

/** When a copy that failed is tried again. Pure. */
import type { BackupError, ErrorCode } from '../../errors.ts';

const MINUTE_MS = 60_000;
const MINUTES = [1, 2, 4, 8, 15, 30] as const;
/** How far a pause may differ, so that many machines do not come to one server at the same moment. */
const JITTER = 0.1;

/** The longest pause there is, in milliseconds. */
export const LONGEST_PAUSE_MS: number = 30 * MINUTE_MS * (1 + JITTER);

/** What may pass, whether or not the error says so: disks are plugged in, and space is freed. */
const MAY_PASS: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'timeout',
  'agent_unreachable',
  'location_not_mounted',
  'no_space',
]);

export function mayPass(error: BackupError): boolean {
  return error.temporary || MAY_PASS.has(error.code);
}

/**
 * The pause after a failed try, in milliseconds: 1, 2, 4, 8, 15, 30, 30 … minutes, 10 % more or less.
 *
 * @param tries - how many there were, 1 or more
 * @param random - 0 to 1; `Math.random` gives such numbers
 */
export function pauseAfter(tries: number, random: number): number {
  const minutes = MINUTES[Math.min(Math.max(tries, 1), MINUTES.length) - 1] ?? 30;
  return Math.round(minutes * MINUTE_MS * (1 - JITTER + 2 * JITTER * random));
}

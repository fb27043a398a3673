import { nextRun } from './next-run.ts';
import type { Schedule } from './schedule.ts';

/** How often something is to happen. */
export interface Expectation {
  /** At the times of a schedule, or at the latest so many milliseconds after the last time. */
  readonly every: Schedule | number;
  /** How much later it may be, in milliseconds. */
  readonly marginMs: number;
}

export interface Deadline {
  /** When it is expected. */
  readonly expectedMs: number;
  /** When it is overdue: expected, and the margin. */
  readonly overdueMs: number;
}

/**
 * Until when something is to happen again; pure. All in milliseconds since the epoch.
 *
 * @param lastMs - when it happened last
 * @returns null when it is expected no more
 */
export function deadlineAfter({ every, marginMs }: Expectation, lastMs: number): Deadline | null {
  const expectedMs = typeof every === 'number' ? lastMs + every : nextRun(every, lastMs);
  return expectedMs === null ? null : { expectedMs, overdueMs: expectedMs + marginMs };
}

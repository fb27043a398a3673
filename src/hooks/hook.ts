/** The contract of hooks: work that must happen before sources are read, or after. */
import type { ErrorCode } from '../errors.ts';
import type { BackupRecord } from '../model.ts';
import type { JobIdentity } from '../events.ts';

export type HookTime = 'before' | 'after';

/** How the job went, as far as it is known when the hooks after it run. */
export interface HookOutcome {
  /** `interrupted`: an earlier process began the job and ended before its hooks had run. */
  readonly result: 'completed' | 'failed' | 'interrupted';
  /** Null when the backup is complete. */
  readonly failed_reason: ErrorCode | null;
  /** For people; null when the backup is complete. */
  readonly error: string | null;
  /** Null when there is no archive. */
  readonly backup: BackupRecord | null;
}

/** What a hook is told. It reaches flows, so its fields are snake_case. */
export interface HookCall extends Pick<
  JobIdentity,
  'job_id' | 'plan_id' | 'plan_name' | 'node_id' | 'name' | 'backup_id' | 'automatic'
> {
  readonly when: HookTime;
  /** Null before. */
  readonly outcome: HookOutcome | null;
}

export interface Hook {
  /** Two of one id and time are one hook: the later one replaces the earlier. */
  readonly id: string;
  /** For people. */
  readonly name: string;
  readonly when: HookTime;
  /** Lower ones first; those of one priority run side by side. */
  readonly priority: number;
  /** Milliseconds that one run may take. */
  readonly timeoutMs: number;
  /** Whether its failure is that of the job, or only a warning. */
  readonly onFailure: 'fail' | 'go_on';
  /** Whether it is meant for the jobs of this plan. */
  wants(job: Pick<HookCall, 'plan_id' | 'node_id'>): boolean;
  /**
   * Does the work; the job waits for it. May throw anything.
   *
   * @param signal - aborted when nobody waits any more: time-out, a canceled job, or the hook was removed
   */
  run(call: HookCall, signal: AbortSignal): Promise<void>;
}

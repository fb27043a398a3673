import { BackupError } from '../../errors.ts';
import type { ErrorCode } from '../../errors.ts';
import { KeyedLock } from '../../io/keyed-lock.ts';
import type { AgentId, BackupId, BrokenEntry, Hold, PlanId } from '../../model.ts';
import type { Decision, RetentionPolicy } from '../../retention/policy.ts';
import type { GroupNote, LocationGroup } from '../../store/group-notes.ts';
import { deleteBackup, type DeleteReport, type DeleteRequest, type ThinAlone } from './delete-backup.ts';
import { thinLocation } from './thin-location.ts';
import type { ThinParts } from './thin-location.ts';

/** What one run of retention is told. */
export interface ThinRequest {
  readonly agentId: AgentId;
  /** Whose backups; null for those of this instance. */
  readonly instanceId: string | null;
  /** The plans whose backups are thinned, each among themselves; null for all of the instance. */
  readonly planIds: readonly PlanId[] | null;
  /** The backup whose arrival at the location is the reason to thin it now; null when none is. */
  readonly arrived: BackupId | null;
  /** Null to remove expired backups only. */
  readonly policy: RetentionPolicy | null;
  /** Backups that somebody asked for by hand are left alone, but for their expiry. */
  readonly automaticOnly: boolean;
  /** Everything but the deleting. */
  readonly dryRun: boolean;
  /** Says that what held deletions back until now is in order. */
  readonly acknowledge: boolean;
  readonly nodeId: string | null;
  readonly automatic: boolean;
}

export interface FailedRemoval {
  readonly backup_id: BackupId;
  readonly code: ErrorCode;
  readonly message: string;
}

/** What one run did at one location. */
export interface ThinReport {
  readonly agent_id: AgentId;
  readonly agent_name: string;
  readonly dry_run: boolean;
  /** In words. */
  readonly policy: string;
  /** Of each backup of the chosen plans, newest first within a plan; of a dry run, what a real run would decide. */
  readonly decisions: readonly Decision[];
  /** Those that are gone now; empty in a dry run. */
  readonly removed: readonly BackupId[];
  /** Those that were to be removed, and could not be; the next run tries again. */
  readonly failed: readonly FailedRemoval[];
  /** The plans of which nothing is removed, because they look wrong. */
  readonly held: readonly (Hold & {
    readonly instance_id: string;
    readonly plan_id: PlanId;
    readonly plan_name: string;
  })[];
  /** What is at the location and is no complete backup: left alone. */
  readonly broken: readonly BrokenEntry[];
}

/** The plans of which the last run deleted nothing because they looked wrong. */
export type HeldGroup = LocationGroup & NonNullable<GroupNote['held']>;

/** Thins locations, each in its turn, and independent of each other. */
export class Retention {
  readonly #parts: ThinParts;
  readonly #lock = new KeyedLock();
  readonly #closing = new AbortController();

  constructor(parts: ThinParts) {
    this.#parts = parts;
  }

  /**
   * Removes what the policy does not keep at one location.
   *
   * @throws BackupError when the location cannot be listed or the policy is not in order: nothing was removed then; `canceled`
   */
  async thin(request: ThinRequest, signal: AbortSignal): Promise<ThinReport> {
    const asked = structuredClone(request);
    const either = AbortSignal.any([signal, this.#closing.signal]);
    return this.#lock.run(asked.agentId, () => thinLocation(this.#parts, asked, either));
  }

  /** As `deleteBackup`: deletes one backup because somebody asked for it, at locations that are not being thinned meanwhile. */
  async delete(request: DeleteRequest, signal: AbortSignal): Promise<DeleteReport> {
    const either = AbortSignal.any([signal, this.#closing.signal]);
    const alone: ThinAlone = (agentId, work) => this.#lock.run(agentId, work);
    return deleteBackup(this.#parts, structuredClone(request), { signal: either, alone });
  }

  async held(): Promise<readonly HeldGroup[]> {
    const notes = await this.#parts.store.retention.all();
    return notes.flatMap(({ agent_id, instance_id, plan_id, held }) =>
      held === null ? [] : [{ agent_id, instance_id, plan_id, ...held }],
    );
  }

  /** Ends the runs; what they have not removed by then stays. */
  close(): void {
    this.#closing.abort(new BackupError('canceled', 'Retention was canceled because the engine was closed.'));
  }
}

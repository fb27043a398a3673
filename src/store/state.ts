/** The engine's state as it lies on disk, `state.json`. Field names are those of the messages that carry them. */
import type { SerializedError } from '../errors.ts';
import type { BackupEvent } from '../events.ts';
import type { BackupRecord, PlanId } from '../model.ts';

/** The newest version that this code writes and reads. */
export const STATE_VERSION = 1;

export interface PlanState {
  /** ISO times with the local offset. */
  readonly last_attempted: string | null;
  readonly last_completed: string | null;
  readonly last_backup: BackupRecord | null;
  readonly last_error: SerializedError | null;
}

export interface EngineState {
  readonly version: typeof STATE_VERSION;
  /** 32 hex digits, made at first use. */
  readonly instance_id: string;
  readonly last_attempted_automatic_backup: string | null;
  readonly last_completed_automatic_backup: string | null;
  readonly last_action_event: BackupEvent | null;
  readonly plans: Readonly<Record<PlanId, PlanState>>;
}

const NEW_PLAN: PlanState = { last_attempted: null, last_completed: null, last_backup: null, last_error: null };

export function planState(state: EngineState, planId: PlanId): PlanState {
  return Object.hasOwn(state.plans, planId) ? (state.plans[planId] ?? NEW_PLAN) : NEW_PLAN;
}

/** A copy of the state with changes to one plan. */
export function withPlan(state: EngineState, planId: PlanId, changes: Partial<PlanState>): EngineState {
  const plans = new Map(Object.entries(state.plans));
  plans.set(planId, { ...planState(state, planId), ...changes });
  return { ...state, plans: Object.fromEntries(plans) };
}

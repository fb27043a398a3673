/** What backup-status tells. */
import {
  parseIso,
  type BackupRecord,
  type Engine,
  type EngineStatus,
  type MergedListing,
  type OverdueItem,
  type PlanOutlook,
  type PlanStatus,
} from '../../src/index.ts';
import { retentionCounts, type RetentionCounts } from './retention-counts.ts';

/** One backup-create node. */
export interface PlanReport extends PlanOutlook, Pick<PlanStatus, 'last_attempted' | 'last_completed' | 'last_error'> {
  readonly last_backup_id: BackupRecord['backup_id'] | null;
  readonly last_size: number | null;
}

export interface StatusReport extends EngineStatus, RetentionCounts, MergedListing {
  /** ISO; of all plans the soonest. */
  readonly next_scheduled_automatic_backup: string | null;
  readonly plans: readonly PlanReport[];
  /** Of all plans. */
  readonly overdue: readonly (OverdueItem & Pick<PlanOutlook, 'plan_id' | 'plan_name'>)[];
}

export function planReports(engine: Engine): readonly PlanReport[] {
  return engine.automation.outlook().map((outlook) => {
    const { last_attempted, last_completed, last_error, last_backup } = engine.planStatus(outlook.plan_id);
    const last = { last_backup_id: last_backup?.backup_id ?? null, last_size: last_backup?.size ?? null };
    return { ...outlook, last_attempted, last_completed, last_error, ...last };
  });
}

/** A copy, because flows may change what they are given; the list is read anew each time. */
export async function statusReport(engine: Engine, signal: AbortSignal): Promise<StatusReport> {
  const listing = await engine.locations.list(signal);
  const plans = planReports(engine);
  return structuredClone({
    ...engine.status(),
    next_scheduled_automatic_backup: soonest(plans.map(({ next_scheduled }) => next_scheduled)),
    plans,
    overdue: plans.flatMap(({ plan_id, plan_name, overdue }) =>
      overdue.map((item) => ({ ...item, plan_id, plan_name })),
    ),
    ...retentionCounts(listing.backups, await engine.retention.held()),
    ...listing,
  });
}

/** A few words for below the node. */
export function statusText(engine: Engine): string {
  const { manager_state, last_completed_automatic_backup: last } = engine.status();
  const plans = engine.automation.outlook();
  const next = soonest(plans.map(({ next_scheduled }) => next_scheduled));
  const isOverdue = plans.some(({ overdue }) => overdue.length > 0);
  const parts = [
    manager_state,
    ...(last === null ? [] : [shown(last)]),
    ...(isOverdue ? ['overdue'] : []),
    ...(next === null ? [] : [`next ${shown(next)}`]),
  ];
  return parts.join(' · ');
}

const shown = (iso: string): string => `${iso.slice(5, 10)} ${iso.slice(11, 16)}`;

/** @returns the soonest of all, ISO; null when nothing is scheduled */
function soonest(times: readonly (string | null)[]): string | null {
  const sorted = times.filter((time) => time !== null).sort((a, b) => parseIso(a) - parseIso(b));
  return sorted[0] ?? null;
}

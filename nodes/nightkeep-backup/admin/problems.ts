/** What is wrong now, in words: the red line of the sidebar. Each says what happened and what to do. */
import {
  type AgentId,
  type Engine,
  type ErrorCode,
  type HeldGroup,
  type PendingCopy,
  type PlanId,
} from '../../../src/index.ts';
import { planReports, type PlanReport } from '../../backup-status/status-report.ts';

export interface Problem {
  readonly code: ErrorCode | 'overdue' | 'held';
  readonly message: string;
  readonly plan_id: PlanId | null;
  readonly agent_id: AgentId | null;
  /** ISO, local offset; null when it is not known. */
  readonly since: string | null;
}

export async function problemsOf(engine: Engine): Promise<readonly Problem[]> {
  const plans = planReports(engine);
  const held = await engine.retention.held();
  return [
    ...plans.flatMap(failedRun),
    ...plans.flatMap(overdue),
    ...engine.pendingCopies().map((copy) => pendingCopy(engine, copy)),
    ...held.map((group) => holding(engine, group, plans)),
    ...restoreProblem(engine),
  ];
}

function failedRun({ plan_id, plan_name, last_error, last_attempted }: PlanReport): Problem[] {
  if (last_error === null) return [];
  const message = `The last backup of ${plan_name} failed: ${last_error.message}`;
  return [{ code: last_error.code, message, plan_id, agent_id: null, since: last_attempted }];
}

function overdue({ plan_id, overdue: items }: PlanReport): Problem[] {
  return items.map(({ agent_id, message, expected }) => {
    return { code: 'overdue', message, plan_id, agent_id, since: expected };
  });
}

function pendingCopy(engine: Engine, { agent_id, backup_id, last_error, next_try, until }: PendingCopy): Problem {
  const what = `Backup ${backup_id} is not yet at ${nameOf(engine, agent_id)}: ${last_error.message}`;
  const message = `${what} It is tried again at ${shown(next_try)}, until ${shown(until)}.`;
  return { code: last_error.code, message, plan_id: null, agent_id, since: null };
}

function holding(
  engine: Engine,
  { agent_id, plan_id, message: why, since }: HeldGroup,
  plans: readonly PlanReport[],
): Problem {
  const plan = plans.find((known) => known.plan_id === plan_id)?.plan_name ?? plan_id;
  const message = `Nothing of ${plan} is removed from ${nameOf(engine, agent_id)}: ${why}`;
  return { code: 'held', message, plan_id, agent_id, since };
}

function restoreProblem(engine: Engine): Problem[] {
  const { restore } = engine.status();
  if (restore?.state !== 'rolled_back') return [];
  const why = restore.error ?? 'Node-RED did not start with it.';
  const message = `The restore of ${restore.name} was rolled back, all is as it was before: ${why}`;
  return [{ code: 'restore_rolled_back', message, plan_id: null, agent_id: null, since: restore.staged }];
}

function nameOf(engine: Engine, agentId: AgentId): string {
  return engine.locations.agents().find(({ id }) => id === agentId)?.name ?? agentId;
}

/** e.g. `11-21 03:00` */
const shown = (iso: string): string => `${iso.slice(5, 10)} ${iso.slice(11, 16)}`;

import { randomBytes } from 'node:crypto';
import { OUTSIDE_JOBS, type OverdueEvent } from '../../events.ts';
import type { OverdueItem } from '../reports.ts';
import type { AutomaticPlan } from '../requests.ts';

export function overdueEvent({ planId, planName }: AutomaticPlan, { item, nodeId }: Lapse): OverdueEvent {
  const { agent_id, agent_name, last, expected, message } = item;
  return {
    event_type: 'overdue',
    ...OUTSIDE_JOBS,
    name: planName,
    backup_id: null,
    plan_id: planId,
    plan_name: planName,
    node_id: nodeId,
    agent_id,
    agent_name,
    job_id: randomBytes(8).toString('hex'),
    automatic: true,
    overdue: { last, expected, message },
  };
}

/** @param expected - ISO */
export function overdueText(
  { planName, agent_name, last }: { readonly planName: string } & Pick<OverdueItem, 'agent_name' | 'last'>,
  expected: string,
): string {
  const what = agent_name === null ? `backup of "${planName}"` : `copy of "${planName}" at ${agent_name}`;
  const since = last === null ? 'there has been none yet' : `the last one is of ${shown(last)}`;
  return `No complete ${what} came when it was expected, at ${shown(expected)}; ${since}.`;
}

const shown = (iso: string): string => iso.slice(0, 16).replace('T', ' ');

/** Something that is overdue. */
export interface Lapse {
  readonly item: OverdueItem;
  /** Of the plan, or of the location. */
  readonly nodeId: string;
  /** The success, or the beginning, after which nothing came. */
  readonly after: string;
  readonly isTold: boolean;
}

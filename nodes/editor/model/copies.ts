/** How safe the newest backup is: copies, other machines, proven when. Pure. */
import type { Info, Location, Row } from '../answers.ts';
import type { LocationState } from './merge-lists.ts';

/** After this a proof is old. */
const PROOF_DAYS = 31;
const DAY_MS = 86_400_000;

export interface Safety {
  readonly planId: string;
  readonly planName: string;
  readonly newest: Row;
  /** How many locations hold the newest backup, and how many of them are other machines. */
  readonly copies: number;
  readonly elsewhere: number;
  /** When a copy of one of the plan's backups was last found whole; null for never. */
  readonly verified: string | null;
  /** What should be better. */
  readonly stale: { readonly copies: boolean; readonly elsewhere: boolean; readonly verified: boolean };
  /** False while a list is awaited: there may be more copies. */
  readonly isComplete: boolean;
}

export interface SafetyInput {
  readonly info: Info;
  /** Newest first. */
  readonly rows: readonly Row[];
  readonly states: ReadonlyMap<string, LocationState>;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/** One for each plan of this instance of which there is a backup. */
export function safetyOf({ info, rows, states, now }: SafetyInput): readonly Safety[] {
  const own = rows.filter(({ instance_id }) => instance_id === info.instance_id);
  const isComplete = [...states.values()].every(({ state }) => state === 'ready' || state === 'failed');
  return info.plans.flatMap(({ plan_id, plan_name }) => {
    const ofPlan = own.filter((row) => row.plan_id === plan_id);
    const newest = ofPlan[0];
    if (newest === undefined) return [];
    const held = Object.keys(newest.agents);
    const elsewhere = held.filter((id) => isElsewhere(states.get(id)?.location)).length;
    const verified = lastProof(ofPlan);
    const isOld = verified === null || now - Date.parse(verified) > PROOF_DAYS * DAY_MS;
    const stale = { copies: held.length < 2, elsewhere: elsewhere === 0, verified: isOld };
    const counts = { copies: held.length, elsewhere, verified, stale, isComplete };
    return [{ planId: plan_id, planName: plan_name, newest, ...counts }];
  });
}

const isElsewhere = (location: Location | undefined): boolean => location !== undefined && !location.is_local;

function lastProof(rows: readonly Row[]): string | null {
  const dates = rows
    .flatMap(({ agents }) => Object.values(agents))
    .flatMap(({ last_verified }) => (last_verified?.ok === true ? [last_verified.date] : []));
  return dates.reduce<string | null>(
    (last, date) => (last === null || Date.parse(date) > Date.parse(last) ? date : last),
    null,
  );
}

export interface Totals {
  readonly backups: number;
  readonly bytes: number;
  /** Date of the newest; null when there is none. */
  readonly newest: string | null;
}

/** Of one location's list. */
export function totalsOf(agentId: string, rows: readonly Row[]): Totals {
  let bytes = 0;
  let newest: string | null = null;
  for (const { agents, size, date } of rows) {
    bytes += agents[agentId]?.size ?? size;
    if (newest === null || Date.parse(date) > Date.parse(newest)) newest = date;
  }
  return { backups: rows.length, bytes, newest };
}

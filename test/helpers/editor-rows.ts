/** Backups, lists and places as the sidebar's routes answer them. */
import type { Info, ListAnswer, Location, Row } from '../../nodes/editor/answers.ts';
import type { LocationState } from '../../nodes/editor/model/merge-lists.ts';

export const DATE = '2026-11-20T03:00:00.000+01:00';

/** @param at - the locations that hold it */
export function row(changes: Partial<Row> = {}, at: readonly string[] = ['local']): Row {
  const copy = { name: 'x', size: 1000, date: DATE, last_verified: null };
  return {
    backup_id: '20261120T020000Z-00000001',
    name: 'nightly',
    date: DATE,
    size: 1000,
    bytes: 3000,
    files: 3,
    protected: true,
    contains_secrets: true,
    plan_id: 'plan',
    plan_name: 'Nightly',
    instance_id: 'instance',
    instance_name: 'pi',
    automatic: true,
    expires: null,
    pinned: false,
    failed_files: 0,
    agents: Object.fromEntries(at.map((id) => [id, copy])),
    ...changes,
  };
}

export function listOf(agentId: string, backups: readonly Row[]): ListAnswer {
  return { agent_id: agentId, backups, broken: [], conflicts: [], error: null, free: null };
}

export function place(agentId: string, isLocal: boolean): Location {
  const folder = isLocal ? `/${agentId}` : null;
  return { agent_id: agentId, name: agentId, node_ids: [], is_local: isLocal, folder, can_update: true };
}

export function ready(location: Location, backups: readonly Row[]): readonly [string, LocationState] {
  return [location.agent_id, { location, state: 'ready', list: listOf(location.agent_id, backups), error: null }];
}

export function info(changes: Partial<Info> = {}): Info {
  const plan = {
    plan_id: 'plan',
    plan_name: 'Nightly',
    node_id: 'create',
    next_scheduled: null,
    last_attempted: null,
    last_completed: null,
    overdue: [],
    protected: true,
    sources: ['node-red'],
  };
  return {
    version: '1.0.0',
    instance_id: 'instance',
    instance_name: 'pi',
    status: {
      manager_state: 'idle',
      last_attempted_automatic_backup: null,
      last_completed_automatic_backup: null,
      last_action_event: null,
      jobs: [],
      restore: null,
    },
    plans: [plan],
    locations: [place('local', true)],
    pending: [],
    restore: null,
    problems: [],
    ...changes,
  };
}

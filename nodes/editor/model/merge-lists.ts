/** The lists of all locations as one. Pure. */
import type { Info, ListAnswer, Location, Row } from '../answers.ts';

/** What is known of one location's list. `slow`: asked for longer than a person likes to wait. */
export interface LocationState {
  readonly location: Location;
  readonly state: 'loading' | 'slow' | 'ready' | 'failed';
  /** The last one that came: it stays while the next is asked for. */
  readonly list: ListAnswer | null;
  /** Why it failed, for people. */
  readonly error: string | null;
}

/** One entry a backup, newest first, with every location that holds it. */
export function mergeLists(lists: readonly ListAnswer[]): readonly Row[] {
  const merged = new Map<string, Row>();
  for (const { backups } of lists) {
    for (const row of backups) {
      const known = merged.get(row.backup_id);
      merged.set(row.backup_id, known === undefined ? row : join(known, row));
    }
  }
  return newestFirst([...merged.values()]);
}

/** It counts as pinned when it is somewhere: deleting asks at each location. */
function join(known: Row, more: Row): Row {
  return { ...known, pinned: known.pinned || more.pinned, agents: { ...known.agents, ...more.agents } };
}

function newestFirst(rows: readonly Row[]): readonly Row[] {
  const timed = rows.map((row) => ({ row, time: Date.parse(row.date) }));
  timed.sort((a, b) => b.time - a.time || (a.row.backup_id < b.row.backup_id ? 1 : -1));
  return timed.map(({ row }) => row);
}

/** States for the locations there are now; those of locations that are gone are dropped. */
export function keepStates(
  locations: Info['locations'],
  states: ReadonlyMap<string, LocationState>,
): ReadonlyMap<string, LocationState> {
  return new Map(
    locations.map((location) => {
      const known = states.get(location.agent_id);
      const fresh: LocationState = { location, state: 'loading', list: null, error: null };
      return [location.agent_id, known === undefined ? fresh : { ...known, location }];
    }),
  );
}

/** The lists that are known. */
export function knownLists(states: ReadonlyMap<string, LocationState>): readonly ListAnswer[] {
  return [...states.values()].flatMap(({ list }) => (list === null ? [] : [list]));
}

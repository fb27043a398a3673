/** What a location is called: as its node is in the editor, or as the folder of this machine. */
import type { Location } from './answers.ts';
import type { Snapshot } from './data.ts';
import { baseName } from './model/chosen-paths.ts';
import { RED } from './red.ts';
import { text } from './text.ts';

/** Its folder is a location, and the node is named after what it backs up. */
const CREATE = 'backup-create';

export function placeName({ name, node_ids, is_local, folder }: Location): string {
  const names = node_ids.flatMap((id) => {
    const node = RED.nodes.node(id);
    return node !== null && node.type !== CREATE && typeof node.name === 'string' ? node.name : [];
  });
  const own = names.find((given) => given !== '');
  if (own !== undefined) return own;
  return is_local ? text('places.local', { folder: baseName(folder ?? name) }) : name;
}

/** @returns the id itself of a location that is not known */
export function nameOfPlace({ states }: Snapshot, agentId: string): string {
  const known = states.get(agentId);
  return known === undefined ? agentId : placeName(known.location);
}

/** Ids and names of all. */
export function placeNames({ states }: Snapshot): readonly (readonly [string, string])[] {
  return [...states.values()].map(({ location }) => [location.agent_id, placeName(location)] as const);
}

/** Which locations a message means to a node that stores no backups itself. */
import type { Node } from 'node-red';
import { BackupError, type AgentId } from '../../src/index.ts';
import { chosenNodes } from './chosen-nodes.ts';
import { asText, isGiven } from './message-values.ts';
import { nodePlaces, type NodePlace } from './node-places.ts';
import type { Runtime } from './runtime.ts';

export interface Where {
  /** Ids of nodes; null when none are chosen. */
  readonly chosen: unknown;
  /** Of the message. */
  readonly agentId: unknown;
}

/**
 * What is chosen in the node goes before what the message says.
 *
 * @throws BackupError `invalid_request` when neither says where
 */
export async function locationsFor(
  node: Node,
  { chosen, agentId }: Where,
  runtime: Runtime,
): Promise<readonly AgentId[]> {
  if (chosen === null) return locationOf(agentId);
  const ids = await Promise.all(chosenPlaces(node, chosen, runtime).map((place) => place.agentId()));
  if (ids.length > 0) return [...new Set(ids)];
  throw new BackupError('invalid_request', 'locations: none of the chosen nodes is deployed. Choose others.');
}

export function chosenPlaces(node: Node, chosen: unknown, runtime: Runtime): readonly NodePlace[] {
  if (chosen === null) return [];
  const isChosen = chosenNodes(node, chosen);
  return [...nodePlaces(runtime)].filter(([id]) => isChosen(id)).map(([, place]) => place);
}

function locationOf(agentId: unknown): readonly AgentId[] {
  if (isGiven(agentId)) return [asText(agentId)];
  const what = 'The message comes from no location (it has no agent_id), and none is chosen.';
  throw new BackupError(
    'invalid_request',
    `${what} Wire the node behind one that stores backups, or choose locations.`,
  );
}

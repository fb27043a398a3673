/** What nodes stand for, so that other nodes can choose them: locations, and the plans that make backups. */
import type { AgentId, PlanId } from '../../src/index.ts';
import type { Runtime } from './runtime.ts';

export interface NodePlace {
  /** Where the node's backups lie. */
  readonly agentId: () => Promise<AgentId>;
  /** Of the backups that the node makes; null when it makes none. */
  readonly planId: PlanId | null;
}

const known = new WeakMap<Runtime, Map<string, NodePlace>>();

/** By the id of the node, of those that are deployed. */
export function nodePlaces(runtime: Runtime): ReadonlyMap<string, NodePlace> {
  return known.get(runtime) ?? new Map();
}

/** @returns a function that takes the place off again */
export function announcePlace(runtime: Runtime, nodeId: string, place: NodePlace): () => void {
  const places = known.get(runtime) ?? new Map<string, NodePlace>();
  known.set(runtime, places);
  places.set(nodeId, place);
  return () => {
    // Its successor may have come first.
    if (places.get(nodeId) === place) places.delete(nodeId);
  };
}

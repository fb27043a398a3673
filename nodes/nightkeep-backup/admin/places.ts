/** Which nodes stand for which location. */
import { systemClock, type AgentId } from '../../../src/index.ts';
import { nodePlaces } from '../../lib/node-places.ts';
import type { Runtime } from '../../lib/runtime.ts';

/** A node whose location is still being opened is left out: nobody waits for it here. */
const PATIENCE_MS = 500;

/** Of the nodes that are deployed, by node id. */
export async function placesByNode(runtime: Runtime): Promise<ReadonlyMap<string, AgentId>> {
  const found = new Map<string, AgentId>();
  const asked = [...nodePlaces(runtime)].map(async ([nodeId, place]) => {
    // Why it has none was told when it was deployed.
    const agentId = await place.agentId().catch(() => null);
    if (agentId !== null) found.set(nodeId, agentId);
  });
  await withinPatience(Promise.all(asked));
  return new Map(found);
}

async function withinPatience(work: Promise<unknown>): Promise<void> {
  await new Promise<void>((resolve) => {
    const timer = systemClock.setTimer(PATIENCE_MS, resolve);
    void work.then(() => {
      timer.cancel();
      resolve();
    });
  });
}

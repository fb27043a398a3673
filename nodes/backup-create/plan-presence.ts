import type { Node } from 'node-red';
import { askByHand } from './by-hand.ts';
import { deployedPlans } from './deployed-plans.ts';
import { announcePlace } from '../lib/node-places.ts';
import { folderOf, planIdOf, planNameOf, type PlanConfig } from './plan-config.ts';
import type { Runtime } from '../lib/runtime.ts';

/**
 * Says that a backup-create node is there: other nodes can choose its location, and the sidebar can use its plan.
 *
 * @returns a function that takes it back
 */
export function announcePlan(node: Node, config: PlanConfig, runtime: Runtime): () => void {
  const labels = config.sources.map(({ label }) => label);
  const planId = planIdOf(config, node.id);
  const leavePlan = deployedPlans.announce(runtime, {
    node,
    planId,
    planName: planNameOf(config),
    sources: config.nodeRed ? ['node-red', ...labels] : labels,
    protected: config.key !== '',
    create: () => askByHand(node),
  });
  const leavePlace = announcePlace(runtime, node.id, {
    agentId: async () => (await (await runtime.engine()).locations.local(folderOf(config, runtime.userDir))).id,
    planId,
  });
  return () => {
    leavePlan();
    leavePlace();
  };
}

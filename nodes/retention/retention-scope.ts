/** Which locations and plans a message to a retention node means. */
import type { Node, NodeMessageInFlow } from 'node-red';
import { BackupError, type AgentId, type BackupId, type PlanId } from '../../src/index.ts';
import { chosenPlaces, locationsFor } from '../lib/chosen-places.ts';
import { asText, isGiven } from '../lib/message-values.ts';
import type { RetentionConfig } from './retention-config.ts';
import type { Runtime } from '../lib/runtime.ts';

export interface Scope {
  readonly agentIds: readonly AgentId[];
  /** Null for all of this instance. */
  readonly planIds: readonly PlanId[] | null;
  /** The backup of the message, which has just been stored. */
  readonly arrived: BackupId | null;
}

export interface Asked {
  readonly config: RetentionConfig;
  readonly message: NodeMessageInFlow;
  readonly runtime: Runtime;
}

/**
 * What is chosen in the node goes before what the message says.
 *
 * @throws BackupError `invalid_request` when neither says where
 */
export async function scopeOf(node: Node, { config, message, runtime }: Asked): Promise<Scope> {
  const { agent_id, backup } = message as Readonly<Record<string, unknown>>;
  const { plan_id, backup_id } = (backup ?? {}) as Readonly<Record<string, unknown>>;
  const places = chosenPlaces(node, config.plans, runtime);
  const chosenPlans = places.map(({ planId }) => planId).filter((planId) => planId !== null);
  if (config.plans !== null && chosenPlans.length === 0) {
    throw new BackupError('invalid_request', 'plans: none of the chosen backup nodes is deployed. Choose others.');
  }
  const ofMessage = isGiven(plan_id) ? [asText(plan_id)] : null;
  return {
    agentIds: await locationsFor(node, { chosen: config.locations, agentId: agent_id }, runtime),
    planIds: config.plans === null ? ofMessage : chosenPlans,
    arrived: isGiven(backup_id) ? asText(backup_id) : null,
  };
}

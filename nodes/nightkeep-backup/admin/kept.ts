/** What the retention nodes that act at a location would keep there now. Removes nothing. */
import type { NodeAPI } from 'node-red';
import { toBackupError, type AgentId, type Decision, type Engine, type PlanId } from '../../../src/index.ts';
import { chosenPlaces } from '../../lib/chosen-places.ts';
import { deployedRetentions, type DeployedRetention } from '../../retention/deployed-retentions.ts';
import { nodePlaces } from '../../lib/node-places.ts';
import { wantedPolicy } from '../../retention/retention-config.ts';
import type { Runtime } from '../../lib/runtime.ts';
import { locationOf, requiredQuery } from '../../lib/http/asked.ts';
import { placesByNode } from './places.ts';
import type { Asked } from '../../lib/http/serve.ts';
import { upstreamOf, wiringOf, type Wiring } from './upstream.ts';

interface KeptBy {
  readonly node_id: string;
  readonly node_name: string;
  /** In words; empty when the rules are not in order. */
  readonly policy: string;
  /** Whether it only says what it would do. */
  readonly dry_run: boolean;
  readonly automatic_only: boolean;
  readonly decisions: readonly Decision[];
  /** Why nothing of some plan would be removed. */
  readonly held: readonly string[];
  /** Why this node decides nothing; null when it does. */
  readonly problem: string | null;
}

export interface Flows {
  readonly red: NodeAPI;
  readonly runtime: Runtime;
}

export async function answerKept(
  engine: Engine,
  flows: Flows,
  { request, signal }: Asked,
): Promise<{ readonly agent_id: AgentId; readonly nodes: readonly KeptBy[] }> {
  const agent_id = locationOf(engine, requiredQuery(request, 'at')).id;
  const byNode = await placesByNode(flows.runtime);
  const wiring = wiringOf(flows.red);
  const nodes: KeptBy[] = [];
  for (const retention of deployedRetentions.all(flows.runtime)) {
    const planIds = plansOf(retention, { agentId: agent_id, byNode, wiring, runtime: flows.runtime });
    if (planIds !== 'elsewhere') nodes.push(await decide(engine, retention, { agentId: agent_id, planIds, signal }));
  }
  return { agent_id, nodes };
}

interface Here {
  readonly agentId: AgentId;
  readonly byNode: ReadonlyMap<string, AgentId>;
  readonly wiring: Wiring;
  readonly runtime: Runtime;
}

/** The plans whose backups the node thins at a location; null for all. */
function plansOf({ node, config }: DeployedRetention, here: Here): readonly PlanId[] | null | 'elsewhere' {
  const { agentId, byNode, wiring, runtime } = here;
  const places = nodePlaces(runtime);
  const nearest = upstreamOf(wiring, node.id, (id) => places.has(id));
  const all = config.locations === null ? nearest : new Set(idsOf(here, chosenPlaces(node, config.locations, runtime)));
  if (![...all].some((id) => byNode.get(id) === agentId)) return 'elsewhere';
  const chosen = config.plans === null ? null : chosenPlaces(node, config.plans, runtime);
  const makers = chosen ?? [...upstreamOf(wiring, node.id, () => false)].flatMap((id) => places.get(id) ?? []);
  const planIds = makers.map(({ planId }) => planId).filter((planId) => planId !== null);
  // Where messages come from something else, they say it themselves.
  return chosen === null && planIds.length === 0 ? null : planIds;
}

function idsOf({ runtime }: Here, chosen: readonly unknown[]): string[] {
  return [...nodePlaces(runtime)].filter(([, place]) => chosen.includes(place)).map(([id]) => id);
}

interface Decided {
  readonly agentId: AgentId;
  readonly planIds: readonly PlanId[] | null;
  readonly signal: AbortSignal;
}

async function decide(
  engine: Engine,
  { node, config }: DeployedRetention,
  { signal, ...where }: Decided,
): Promise<KeptBy> {
  const { automaticOnly, dryRun } = config;
  const shown = { node_id: node.id, node_name: node.name ?? '', dry_run: dryRun, automatic_only: automaticOnly };
  try {
    const policy = wantedPolicy(config);
    const asked = { ...where, instanceId: null, arrived: null, policy, automaticOnly } as const;
    const how = { dryRun: true, acknowledge: false, nodeId: null, automatic: false } as const;
    const report = await engine.retention.thin({ ...asked, ...how }, signal);
    const held = report.held.map(({ message }) => message);
    return { ...shown, policy: report.policy, decisions: report.decisions, held, problem: null };
  } catch (error) {
    return { ...shown, policy: '', decisions: [], held: [], problem: toBackupError(error).message };
  }
}

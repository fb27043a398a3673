/** What the top of the sidebar shows. Asks no location anything, so that it is there at once. */
import { readFileSync } from 'node:fs';
import {
  isLocalAgent,
  type AgentId,
  type BackupAgent,
  type Engine,
  type EngineStatus,
  type PendingCopy,
} from '../../../src/index.ts';
import { deployedPlans } from '../../backup-create/deployed-plans.ts';
import type { Runtime } from '../../lib/runtime.ts';
import { planReports, type PlanReport } from '../../backup-status/status-report.ts';
import { placesByNode } from './places.ts';
import { problemsOf, type Problem } from './problems.ts';

interface PlanInfo extends PlanReport {
  readonly protected: boolean;
  /** Labels. */
  readonly sources: readonly string[];
}

interface LocationInfo {
  readonly agent_id: AgentId;
  readonly name: string;
  /** Nodes that stand for it. */
  readonly node_ids: readonly string[];
  readonly is_local: boolean;
  /** Null where it is no folder of this machine. */
  readonly folder: string | null;
  /** Whether backups there can be pinned. */
  readonly can_update: boolean;
}

interface Info {
  /** Of this package. */
  readonly version: string;
  readonly instance_id: string;
  readonly instance_name: string;
  readonly status: EngineStatus;
  readonly plans: readonly PlanInfo[];
  readonly locations: readonly LocationInfo[];
  readonly pending: readonly PendingCopy[];
  /** The last restore into this Node-RED, or the one that waits; null when none is known. */
  readonly restore: EngineStatus['restore'];
  readonly problems: readonly Problem[];
}

export async function answerInfo(engine: Engine, runtime: Runtime): Promise<Info> {
  const byNode = await placesByNode(runtime);
  const status = engine.status();
  const { instanceId: instance_id, instanceName: instance_name } = engine;
  return {
    version: ownVersion(),
    instance_id,
    instance_name,
    status,
    plans: planInfos(engine, runtime),
    locations: engine.locations.agents().map((agent) => locationInfo(agent, byNode)),
    pending: engine.pendingCopies(),
    restore: status.restore,
    problems: await problemsOf(engine),
  };
}

/** Those that are deployed, also while what they do by themselves is not set up yet, or is set wrongly. */
function planInfos(engine: Engine, runtime: Runtime): PlanInfo[] {
  const known = planReports(engine);
  return deployedPlans.all(runtime).map(({ node, planId, planName, sources, protected: isProtected }) => {
    const report = known.find(({ node_id }) => node_id === node.id);
    return { ...(report ?? unscheduled(engine, node.id, [planId, planName])), sources, protected: isProtected };
  });
}

function unscheduled(engine: Engine, node_id: string, [plan_id, plan_name]: readonly [string, string]): PlanReport {
  const { last_attempted, last_completed, last_error, last_backup } = engine.planStatus(plan_id);
  return {
    ...{ plan_id, plan_name, node_id, next_scheduled: null, overdue: [] },
    ...{ last_attempted, last_completed, last_error },
    last_backup_id: last_backup?.backup_id ?? null,
    last_size: last_backup?.size ?? null,
  };
}

function locationInfo(agent: BackupAgent, byNode: ReadonlyMap<string, AgentId>): LocationInfo {
  const isLocal = isLocalAgent(agent);
  return {
    agent_id: agent.id,
    name: agent.name,
    node_ids: [...byNode].filter(([, agentId]) => agentId === agent.id).map(([nodeId]) => nodeId),
    is_local: isLocal,
    folder: isLocal ? agent.folder : null,
    can_update: agent.abilities.update,
  };
}

function ownVersion(): string {
  const manifest = new URL(import.meta.resolve('@nightkeep/node-red-backup/package.json'));
  return (JSON.parse(readFileSync(manifest, 'utf8')) as { version: string }).version;
}

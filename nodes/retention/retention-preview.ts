/** Answers the dialog of a retention node: what its rules would keep today, and of a year of nightly backups. */
import type { NodeAPI } from 'node-red';
import {
  describePolicy,
  simulateYear,
  systemClock,
  toBackupError,
  type BackupError,
  type BackupRecord,
  type Decision,
  type Engine,
  type SimulatedNight,
} from '../../src/index.ts';
import { serve, type Asked } from '../lib/http/serve.ts';
import { asText } from '../lib/message-values.ts';
import { nodePlaces, type NodePlace } from '../lib/node-places.ts';
import { readRetentionConfig, wantedPolicy, type RetentionConfig } from './retention-config.ts';
import type { Runtime } from '../lib/runtime.ts';

/** More would be no strip. */
const MOST_SHOWN = 400;
const PLANS_SHOWN = 5;

interface ShownBackup extends Decision {
  readonly date: string;
  readonly name: string;
}

interface Preview {
  /** The rules in words. */
  readonly words: string;
  /** Oldest first. */
  readonly year: readonly SimulatedNight[];
  /** Null when the node has no location that is deployed. */
  readonly location: string | null;
  /** Of each plan there, the newest of its backups, oldest first. */
  readonly plans: readonly { readonly plan_name: string; readonly backups: readonly ShownBackup[] }[];
  /** Why nothing of some plan would be removed there now. */
  readonly held: readonly string[];
  /** Why the backups there cannot be shown; null when they can. */
  readonly problem: string | null;
}

type Today = Pick<Preview, 'location' | 'plans' | 'held' | 'problem'>;

export function answerPreviews(red: NodeAPI, runtime: Runtime): void {
  const answer = ({ request }: Asked): Promise<Preview | Refusal> =>
    preview(runtime, request.body).catch((error: unknown) => refusal(toBackupError(error)));
  serve(red, [{ method: 'POST', path: 'retention/preview', rights: ['backup.read'], answer }]);
}

interface Refusal {
  readonly wrong: string;
}

/** What is being typed is often not in order yet: that is an answer, not a failure. */
function refusal({ message }: BackupError): Refusal {
  return { wrong: message };
}

async function preview(runtime: Runtime, body: unknown): Promise<Preview> {
  const fields = (body ?? {}) as Readonly<Record<string, unknown>>;
  const config = readRetentionConfig(fields);
  const policy = wantedPolicy(config);
  const year = policy === null ? [] : simulateYear(policy, systemClock.now());
  const ids = Array.isArray(fields['nodes']) ? fields['nodes'].map(asText) : [];
  const places = nodePlaces(runtime);
  const place = ids.map((id) => places.get(id)).find((found) => found !== undefined);
  const today = await todayAt(runtime, place, config);
  return { words: policy === null ? '' : describePolicy(policy), year, ...today };
}

async function todayAt(runtime: Runtime, place: NodePlace | undefined, config: RetentionConfig): Promise<Today> {
  const nothing: Today = { location: null, plans: [], held: [], problem: null };
  if (place === undefined) return nothing;
  try {
    return await decideToday(await runtime.engine(), place, config);
  } catch (error) {
    return { ...nothing, problem: toBackupError(error).message };
  }
}

async function decideToday(engine: Engine, place: NodePlace, config: RetentionConfig): Promise<Today> {
  const { signal } = new AbortController();
  const agentId = await place.agentId();
  const { records } = await engine.locations.listAt(agentId, signal);
  const report = await engine.retention.thin(
    {
      agentId,
      instanceId: null,
      planIds: null,
      arrived: null,
      policy: wantedPolicy(config),
      automaticOnly: config.automaticOnly,
      dryRun: true,
      acknowledge: false,
      nodeId: null,
      automatic: false,
    },
    signal,
  );
  const held = report.held.map(({ message }) => message);
  return { location: report.agent_name, plans: byPlan(records, report.decisions), held, problem: null };
}

function byPlan(records: readonly BackupRecord[], decisions: readonly Decision[]): Preview['plans'] {
  const byId = new Map(records.map((record) => [record.backup_id, record]));
  const plans = new Map<string, { plan_name: string; backups: ShownBackup[] }>();
  for (const decision of decisions) {
    const record = byId.get(decision.backup_id);
    if (record === undefined) continue;
    const plan = plans.get(record.plan_id) ?? { plan_name: record.plan_name, backups: [] };
    plans.set(record.plan_id, plan);
    if (plan.backups.length < MOST_SHOWN) plan.backups.unshift({ ...decision, date: record.date, name: record.name });
  }
  return [...plans.values()].slice(0, PLANS_SHOWN);
}

/** The routes that begin and end jobs, and pin. */
import { BackupError, type AgentId, type BackupRecord, type Engine, type JobId } from '../../../src/index.ts';
import { deployedPlans } from '../../backup-create/deployed-plans.ts';
import { pinBackup, type PinnedBackup } from '../../retention/pin-backup.ts';
import type { Runtime } from '../../lib/runtime.ts';
import { backupIdOf, bodyOf, flagIn, locationOf, optionalText, textIn } from '../../lib/http/asked.ts';
import { notFound } from '../../lib/http/failure.ts';
import type { Asked } from '../../lib/http/serve.ts';

export interface Begun {
  readonly job_id: JobId;
}

/** As if the button of the plan's node had been pressed: its backup goes on along the wires. */
export async function createOfPlan(runtime: Runtime, { request }: Asked): Promise<Begun> {
  const planId = String(request.params['planId']);
  const plan = deployedPlans.all(runtime).find((known) => known.planId === planId);
  if (plan !== undefined) return { job_id: await plan.create() };
  throw notFound(`There is no plan "${planId.slice(0, 100)}". Is its backup node deployed and enabled?`);
}

export function cancelJob(engine: Engine, { request }: Asked): Begun {
  const jobId = String(request.params['jobId']);
  const job = engine.jobs().find((known) => known.jobId === jobId);
  if (job === undefined) throw notFound(`No job "${jobId.slice(0, 100)}" runs or waits. It may have ended by now.`);
  job.cancel();
  return { job_id: job.jobId };
}

export async function verifyCopy(engine: Engine, asked: Asked): Promise<Begun> {
  const body = bodyOf(asked.request);
  const drill = flagIn(body, 'drill');
  const { record, agentId } = await storedCopy(engine, asked, textIn(body, 'agent_id'));
  const options = { drill, nodeId: null, automatic: false };
  return { job_id: engine.verify(record.backup_id, agentId, options).jobId };
}

/** One try: where a copy is to be tried again by itself, a node of the flow does it. */
export async function copyBackup(engine: Engine, { request, signal }: Asked): Promise<Begun> {
  const backupId = backupIdOf(request);
  const body = bodyOf(request);
  const agentId = locationOf(engine, textIn(body, 'to')).id;
  const from = optionalText(body, 'from');
  if (from !== null && locationOf(engine, from).id === agentId) {
    throw new BackupError('invalid_request', 'from: that is the location to copy to. Name another one, or none.');
  }
  if (from === null) await engine.locations.find(backupId, signal);
  else await engine.locations.get({ backupId, agentId: from }, signal);
  const how = { nodeId: null, automatic: false, retryForMs: 0 };
  return { job_id: engine.copy({ backupId, from, agentId, ...how }).jobId };
}

/** At all locations that hold it, so that it stays wherever it lies. */
export async function pinEverywhere(engine: Engine, { request, signal }: Asked): Promise<PinnedBackup> {
  const backupId = backupIdOf(request);
  const body = bodyOf(request);
  if (typeof body['pinned'] !== 'boolean') throw new BackupError('invalid_request', 'pinned: give true or false.');
  const { record } = await engine.locations.find(backupId, signal);
  const agentIds = Object.keys(record.agents);
  const { payload } = await pinBackup(engine, { backupId, pinned: body['pinned'], agentIds, signal });
  return payload;
}

/** The copy that a request is about. */
export async function storedCopy(
  engine: Engine,
  { request, signal }: Asked,
  at: string,
): Promise<{ readonly record: BackupRecord; readonly agentId: AgentId }> {
  const backupId = backupIdOf(request);
  const agentId = locationOf(engine, at).id;
  return { record: await engine.locations.get({ backupId, agentId }, signal), agentId };
}

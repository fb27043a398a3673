/** backup-create: makes a backup when a message arrives, and by itself. Wiring only; the engine owns the job, so that it outlives a deploy. */
import { join } from 'node:path';
import type { Node, NodeAPI, NodeDef, NodeMessageInFlow } from 'node-red';
import type { Engine } from '../../src/index.ts';
import { tellBegun } from './by-hand.ts';
import { answerButton } from './create-button.ts';
import { answerCreatePreviews } from './create-previews.ts';
import { deployWatchOf } from './deploy-watch.ts';
import { followJobs } from '../lib/follow-jobs.ts';
import { inBackground, onInput } from '../lib/input.ts';
import { encryptionBy } from '../backup-key/key-config.ts';
import type { Placed } from '../lib/placed.ts';
import { requestFor } from './request-for.ts';
import { folderOf, planIdOf, readPlanConfig, type PlanConfig } from './plan-config.ts';
import { announcePlan } from './plan-presence.ts';
import { removeExpired } from './remove-expired.ts';
import { ownRuns } from './own-runs.ts';
import { runJob, type Run } from '../lib/run-job.ts';
import { runtimeOf, type Runtime } from '../lib/runtime.ts';
import { answerSchedulePreviews, nextScheduled } from './schedule-preview.ts';
import { StatusLine } from '../lib/status.ts';
import { checkTemplate } from '../lib/template.ts';

export default function register(red: NodeAPI): void {
  const runtime = runtimeOf(red);
  // From the first start on, so that it knows what a deploy changes.
  deployWatchOf(red);
  answerSchedulePreviews(red);
  answerButton(red);
  answerCreatePreviews(red, runtime);

  red.nodes.registerType('backup-create', function (this: Node, definition: NodeDef) {
    red.nodes.createNode(this, definition);
    runtime.enter(this);
    const config = readPlanConfig(definition);
    checkTemplate(this, config.backupName);
    checkTemplate(this, config.template);
    const status = new StatusLine(this, nextScheduled(this, runtime));
    const own = ownRuns(red, this, config);
    const stop = followJobs(this, {
      runtime,
      template: config.template,
      status,
      begin: async (engine) => {
        own.begin(engine);
        await showPlan(engine, { node: this, config, runtime, status });
      },
    });
    onInput(this, (message, send) =>
      answer(this, { message, send, config, red, runtime, status }).finally(() => tellBegun(message, null)),
    );
    const leave = announcePlan(this, config, runtime);
    this.on('close', (removed: boolean, done: () => void) => {
      stop();
      own.end(removed);
      leave();
      runtime.leave(this, removed);
      if (removed) inBackground(this, cancelAll(runtime, this.id));
      done();
    });
  });
}

interface Known {
  readonly node: Node;
  readonly config: PlanConfig;
  readonly runtime: Runtime;
  readonly status: StatusLine;
}

/** Makes the plan's folder a location that is listed, too. */
async function showPlan(engine: Engine, { node, config, runtime, status }: Known): Promise<void> {
  const job = engine.status().jobs.find(({ node_id }) => node_id === node.id);
  status.known(engine.planStatus(planIdOf(config, node.id)), job);
  await engine.locations.local(folderOf(config, runtime.userDir));
}

/** Cancels what a node's jobs do and wait for. */
async function cancelAll(runtime: Runtime, nodeId: string): Promise<void> {
  const engine = await runtime.engine();
  for (const job of engine.jobs()) if (job.nodeId === nodeId) job.cancel();
}

interface Input extends Run {
  readonly message: NodeMessageInFlow & { readonly cancel?: unknown };
  readonly config: PlanConfig;
  readonly red: NodeAPI;
}

async function answer(node: Node, { config, red, ...run }: Input): Promise<void> {
  const { message, runtime } = run;
  if (message.cancel === true) {
    await cancelAll(runtime, node.id);
    return;
  }
  await runJob(node, run, async (engine): Promise<Placed> => {
    const encryption = await encryptionBy(red, config.key);
    const { instanceName } = engine;
    const context = { red, nodeId: node.id, userDir: runtime.userDir, instanceName, encryption };
    const request = requestFor(config, message, context);
    const job = engine.create(request);
    tellBegun(message, job.jobId);
    const record = await job.result;
    const { id: agentId } = await engine.locations.local(request.folder);
    const placed = { record, agentId, filename: join(request.folder, record.file) };
    if (config.removeExpired) inBackground(node, removeExpired(engine, placed, node.id));
    return placed;
  });
}

/** backup-create: makes a backup when a message arrives. Wiring only; the engine owns the job, so that it outlives a deploy. */
import { join } from 'node:path';
import type { Node, NodeAPI, NodeDef, NodeMessage, NodeMessageInFlow } from 'node-red';
import { toBackupError, type BackupRecord, type Engine } from '../src/index.ts';
import { cancelJobs, followJobs } from './lib/follow-jobs.ts';
import { inBackground, onInput, type Send } from './lib/input.ts';
import { requestFor } from './lib/plan.ts';
import { readPlanConfig, type PlanConfig } from './lib/plan-config.ts';
import { runtimeOf, type Runtime } from './lib/runtime.ts';
import { StatusLine } from './lib/status.ts';
import { checkTemplate } from './lib/template.ts';

export default function register(red: NodeAPI): void {
  const runtime = runtimeOf(red);

  red.nodes.registerType('backup-create', function (this: Node, definition: NodeDef) {
    red.nodes.createNode(this, definition);
    runtime.enter(this);
    const config = readPlanConfig(definition);
    checkTemplate(this, config.backupName);
    checkTemplate(this, config.template);
    const status = new StatusLine(this);
    const stop = followJobs(this, { runtime, config, status });
    onInput(this, (message, send) => run(this, { message, send, config, red, runtime, status }));
    this.on('close', (removed: boolean, done: () => void) => {
      stop();
      runtime.leave(this, removed);
      if (removed) inBackground(this, cancelAll(runtime, this.id));
      done();
    });
  });

  red.httpAdmin.post('/backup/create/:id', red.auth.needsPermission('backup.write'), (request, response) => {
    // The typings leave out that there may be none.
    const node = red.nodes.getNode(String(request.params['id'])) as Node | null | undefined;
    if (node?.type !== 'backup-create') {
      response.sendStatus(404);
      return;
    }
    const message: NodeMessage & { manual: boolean } = { manual: true };
    node.receive(message);
    response.sendStatus(202);
  });
}

async function cancelAll(runtime: Runtime, nodeId: string): Promise<void> {
  cancelJobs(await runtime.engine(), nodeId);
}

interface Run {
  readonly message: NodeMessageInFlow & { readonly cancel?: unknown };
  readonly send: Send;
  readonly config: PlanConfig;
  readonly red: NodeAPI;
  readonly runtime: Runtime;
  readonly status: StatusLine;
}

/** A closed instance is mute: when a deploy replaces it meanwhile, the one that takes its place sends and reports. */
async function run(node: Node, { message, send, config, red, runtime, status }: Run): Promise<void> {
  if (message.cancel === true) {
    await cancelAll(runtime, node.id);
    return;
  }
  try {
    const engine = await runtime.engine();
    const context = { red, nodeId: node.id, userDir: runtime.userDir, instanceName: engine.instanceName };
    const request = requestFor(config, message, context);
    const record = await engine.create(request).result;
    const result = { ...message, ...(await outcome(engine, record, request.folder)) };
    const speaker = await runtime.successor(node);
    if (speaker === node) send([result, null]);
    else speaker?.send([result, null]);
  } catch (error) {
    const known = toBackupError(error);
    const speaker = await runtime.successor(node);
    if (speaker === node) {
      status.failed(known.code);
      throw known;
    }
    speaker?.error(known, message);
  }
}

interface Outcome {
  readonly payload: BackupRecord;
  readonly backup: BackupRecord;
  readonly agent_id: string;
  readonly filename: string;
}

/** Copies, because flows may change what they are given. */
async function outcome(engine: Engine, record: BackupRecord, folder: string): Promise<Outcome> {
  const agent = await engine.localAgent(folder);
  return {
    payload: structuredClone(record),
    backup: structuredClone(record),
    agent_id: agent.id,
    filename: join(folder, record.file),
  };
}

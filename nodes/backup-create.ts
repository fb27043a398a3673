/** backup-create: makes a backup when a message arrives. Wiring only; the engine owns the job, so that it outlives a deploy. */
import { join } from 'node:path';
import type { Node, NodeAPI, NodeMessage, NodeMessageInFlow } from 'node-red';
import { toBackupError, type BackupEvent, type BackupRecord, type Engine } from '../src/index.ts';
import { eventMessage } from './lib/event-message.ts';
import { inBackground, onInput, type Send } from './lib/input.ts';
import { folderOf, planIdOf, requestFor, type PlanConfig } from './lib/plan.ts';
import { runtimeOf, type Runtime } from './lib/runtime.ts';
import { StatusLine } from './lib/status.ts';

export default function register(red: NodeAPI): void {
  const runtime = runtimeOf(red);

  red.nodes.registerType('backup-create', function (this: Node, config: PlanConfig) {
    red.nodes.createNode(this, config);
    runtime.enter(this);
    const status = new StatusLine(this);
    const stop = follow(this, { runtime, config, status });
    onInput(this, (message, send) => run(this, { message, send, config, red, runtime, status }));
    this.on('close', (removed: boolean, done: () => void) => {
      stop();
      runtime.leave(this);
      if (removed)
        inBackground(
          this,
          runtime.engine().then((engine) => {
            cancelJobs(engine, this.id);
          }),
        );
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

interface Following {
  readonly runtime: Runtime;
  readonly config: PlanConfig;
  readonly status: StatusLine;
}

/** Shows and tells the events of this node's jobs, also of one that an earlier instance of it began. */
function follow(node: Node, { runtime, config, status }: Following): () => void {
  let stop: () => void = () => undefined;
  let closed = false;
  const tell = (event: BackupEvent): void => {
    if (event.node_id !== node.id) return;
    status.event(event);
    node.send([null, eventMessage(event, config.template)]);
  };
  const begin = async (): Promise<void> => {
    const engine = await runtime.engine();
    // It may have been closed meanwhile.
    if (closed) return;
    stop = engine.events.subscribe(tell);
    status.plan(engine.planStatus(planIdOf(config, node.id)));
    await engine.localAgent(folderOf(config, runtime.userDir));
  };
  inBackground(node, begin());
  return () => {
    closed = true;
    stop();
  };
}

function cancelJobs(engine: Engine, nodeId: string): void {
  for (const job of engine.jobs()) if (job.nodeId === nodeId) job.cancel();
}

interface Run {
  readonly message: NodeMessageInFlow & { readonly cancel?: unknown };
  readonly send: Send;
  readonly config: PlanConfig;
  readonly red: NodeAPI;
  readonly runtime: Runtime;
  readonly status: StatusLine;
}

async function run(node: Node, { message, send, config, red, runtime, status }: Run): Promise<void> {
  const engine = await runtime.engine();
  if (message.cancel === true) {
    cancelJobs(engine, node.id);
    return;
  }
  try {
    const context = { red, nodeId: node.id, userDir: runtime.userDir, instanceName: engine.instanceName };
    const request = requestFor(config, message, context);
    const record = await engine.create(request).result;
    const agent = await engine.localAgent(request.folder);
    const result = { ...message, ...outcome(record), agent_id: agent.id, filename: join(request.folder, record.file) };
    const live = runtime.live(node.id);
    if (live === node) send([result, null]);
    else live?.send([result, null]);
  } catch (error) {
    const known = toBackupError(error);
    const live = runtime.live(node.id);
    // A closed instance is mute: the one that took its place reports.
    if (live !== undefined && live !== node) live.error(known, message);
    else status.failed(known.code);
    throw known;
  }
}

function outcome(record: BackupRecord): { readonly payload: BackupRecord; readonly backup: BackupRecord } {
  return { payload: record, backup: record };
}

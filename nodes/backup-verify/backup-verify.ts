/** backup-verify: proves that a stored backup can be restored. Wiring only. */
import type { Node, NodeAPI, NodeDef, NodeMessage, NodeMessageInFlow } from 'node-red';
import type { Engine } from '../../src/index.ts';
import { locationsFor } from '../lib/chosen-places.ts';
import { followJobs } from '../lib/follow-jobs.ts';
import { onInput } from '../lib/input.ts';
import { asText, isGiven } from '../lib/message-values.ts';
import { placedAt, withPlace } from '../lib/placed.ts';
import { runWork, type Run } from '../lib/run-job.ts';
import { runtimeOf } from '../lib/runtime.ts';
import { StatusLine } from '../lib/status.ts';
import { checkTemplate } from '../lib/template.ts';
import { verifiedStatus, verifyCopies, type VerifiedCopies } from './verify-copies.ts';

interface VerifyConfig extends NodeDef {
  readonly mode?: unknown;
  /** Ids of nodes; null for the location that the message comes from. */
  readonly locations?: unknown;
  readonly template?: unknown;
}

interface Input extends Run {
  readonly config: VerifyConfig;
  readonly signal: AbortSignal;
}

type Fields = Readonly<Record<string, unknown>>;

export default function register(red: NodeAPI): void {
  const runtime = runtimeOf(red);

  red.nodes.registerType('backup-verify', function (this: Node, config: VerifyConfig) {
    red.nodes.createNode(this, config);
    runtime.enter(this);
    const template = asText(config.template);
    checkTemplate(this, template);
    const status = new StatusLine(this);
    const stop = followJobs(this, { runtime, template, status, begin: () => undefined });
    let stopping = new AbortController();
    onInput(this, async (message, send) => {
      if ((message as Fields)['cancel'] === true) {
        stopping.abort();
        stopping = new AbortController();
        return;
      }
      await verify(this, { message, send, runtime, status, config, signal: stopping.signal });
    });
    this.on('close', (removed: boolean, done: () => void) => {
      stop();
      runtime.leave(this, removed);
      if (removed) stopping.abort();
      done();
    });
  });
}

function verify(node: Node, { config, signal, ...run }: Input): Promise<void> {
  return runWork(node, run, async (engine) => {
    const { message, runtime } = run;
    const { agent_id, backup_id, backup, manual } = message as unknown as Fields;
    const agentIds = await locationsFor(node, { chosen: config.locations ?? null, agentId: agent_id }, runtime);
    const id = isGiven(backup_id) ? backup_id : (backup as Fields | null | undefined)?.['backup_id'];
    const options = { drill: config.mode === 'restore', nodeId: node.id, automatic: manual !== true };
    const backupId = isGiven(id) ? asText(id) : null;
    const { payload, failure } = await verifyCopies(engine, { agentIds, backupId, options, signal });
    if (failure !== null) {
      // Whoever catches the failure gets the message as it came in, and is to know what is wrong.
      Object.assign(message, { payload: structuredClone(payload) });
      throw failure;
    }
    const result = await resultOf(engine, message, { payload, signal });
    return { result, failure: null, status: verifiedStatus(payload) };
  });
}

interface Proof {
  readonly payload: VerifiedCopies;
  readonly signal: AbortSignal;
}

/** Of a single copy, the message goes on as if it came from its location. */
async function resultOf(engine: Engine, message: NodeMessageInFlow, { payload, signal }: Proof): Promise<NodeMessage> {
  const [copy, ...others] = payload.copies;
  const agent = engine.locations.agents().find(({ id }) => id === copy?.agent_id);
  const result = { payload: structuredClone(payload) };
  if (copy === undefined || others.length > 0 || agent === undefined) return { ...message, ...result };
  const record = await agent.get(copy.backup_id, { signal });
  return { ...withPlace(message, placedAt(engine, agent.id, record)), ...result };
}

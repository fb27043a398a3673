/** retention: keeps generations of backups at their locations and removes the rest. Wiring only. */
import type { Node, NodeAPI, NodeDef, NodeMessageInFlow } from 'node-red';
import { deployedRetentions } from './deployed-retentions.ts';
import { checkTemplate } from '../lib/template.ts';
import { followJobs } from '../lib/follow-jobs.ts';
import { onInput } from '../lib/input.ts';
import { readRetentionConfig, wantedPolicy, type RetentionConfig } from './retention-config.ts';
import { pinBackup, pinStatus, readPin } from './pin-backup.ts';
import { answerPreviews } from './retention-preview.ts';
import { scopeOf } from './retention-scope.ts';
import { runWork, type Run, type Worked } from '../lib/run-job.ts';
import { runtimeOf } from '../lib/runtime.ts';
import { StatusLine } from '../lib/status.ts';
import { thinLocations, thinStatus } from './thin-locations.ts';

interface Input extends Run {
  readonly message: NodeMessageInFlow & Readonly<Record<'acknowledge' | 'cancel' | 'manual', unknown>>;
  readonly config: RetentionConfig;
  readonly signal: AbortSignal;
}

export default function register(red: NodeAPI): void {
  const runtime = runtimeOf(red);

  red.nodes.registerType('retention', function (this: Node, definition: NodeDef) {
    red.nodes.createNode(this, definition);
    runtime.enter(this);
    const config = readRetentionConfig(definition);
    checkTemplate(this, config.template);
    const status = new StatusLine(this);
    const stop = followJobs(this, { runtime, template: config.template, status, begin: () => undefined });
    let stopping = new AbortController();
    onInput(this, async (message, send) => {
      if ((message as { readonly cancel?: unknown }).cancel === true) {
        stopping.abort();
        stopping = new AbortController();
        return;
      }
      await work(this, {
        message: message as Input['message'],
        send,
        runtime,
        status,
        config,
        signal: stopping.signal,
      });
    });
    const leave = deployedRetentions.announce(runtime, { node: this, config });
    this.on('close', (removed: boolean, done: () => void) => {
      stop();
      leave();
      runtime.leave(this, removed);
      if (removed) stopping.abort();
      done();
    });
  });

  answerPreviews(red, runtime);
}

function work(node: Node, { config, signal, ...run }: Input): Promise<void> {
  return runWork(node, run, async (engine): Promise<Worked> => {
    const { message, runtime } = run;
    const pin = readPin(message);
    const { agentIds, ...scope } = await scopeOf(node, { config, message, runtime });
    if (pin !== null) {
      const { payload, failure } = await pinBackup(engine, { ...pin, agentIds, signal });
      return { result: { ...message, payload: structuredClone(payload) }, failure, status: pinStatus(payload) };
    }
    const { payload, failure } = await thinLocations(engine, agentIds, {
      ...scope,
      policy: wantedPolicy(config),
      automaticOnly: config.automaticOnly,
      dryRun: config.dryRun,
      acknowledge: message.acknowledge === true,
      nodeId: node.id,
      automatic: message.manual !== true,
      signal,
    });
    return { result: { ...message, payload: structuredClone(payload) }, failure, status: thinStatus(payload) };
  });
}

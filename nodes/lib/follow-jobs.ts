import type { Node } from 'node-red';
import { BackupError, type BackupEvent, type Engine } from '../../src/index.ts';
import { eventMessage } from './event-message.ts';
import { inBackground } from './input.ts';
import { folderOf, planIdOf, type PlanConfig } from './plan-config.ts';
import type { Runtime } from './runtime.ts';
import type { StatusLine } from './status.ts';

export interface Following {
  readonly runtime: Runtime;
  readonly config: PlanConfig;
  readonly status: StatusLine;
}

/**
 * Shows and tells the events of a node's jobs, also of one that an earlier instance of it began.
 *
 * @returns a function that ends it
 */
export function followJobs(node: Node, { runtime, config, status }: Following): () => void {
  let stop: () => void = () => undefined;
  let closed = false;
  const tell = (event: BackupEvent): void => {
    if (event.node_id !== node.id) return;
    status.event(event);
    const message = eventMessage(event, config.template);
    node.send([null, message]);
    // The message that began it is gone with the process, so there is no `done` to say this to Catch nodes.
    if (event.failed_reason === 'interrupted') node.error(new BackupError('interrupted', event.error), message);
  };
  const begin = async (): Promise<void> => {
    const engine = await runtime.engine();
    // It may have been closed meanwhile.
    if (closed) return;
    stop = engine.events.subscribe(tell);
    const job = engine.status().jobs.find(({ node_id }) => node_id === node.id);
    status.known(engine.planStatus(planIdOf(config, node.id)), job);
    await engine.localAgent(folderOf(config, runtime.userDir));
  };
  inBackground(node, begin());
  return () => {
    closed = true;
    stop();
  };
}

/** Cancels what a node's jobs do and wait for. */
export function cancelJobs(engine: Engine, nodeId: string): void {
  for (const job of engine.jobs()) if (job.nodeId === nodeId) job.cancel();
}

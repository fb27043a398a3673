import type { Node, NodeMessage } from 'node-red';
import { BackupError, type BackupEvent, type Engine } from '../../src/index.ts';
import { eventMessage } from './event-message.ts';
import { inBackground } from './input.ts';
import { placedAt, withPlace } from './placed.ts';
import type { Runtime } from './runtime.ts';
import type { StatusLine } from './status.ts';

export interface Following {
  readonly runtime: Runtime;
  /** Of the events' messages; empty for the default. */
  readonly template: string;
  readonly status: StatusLine;
  /** Called once, with the engine: shows what is known from before. */
  readonly begin: (engine: Engine) => unknown;
}

/**
 * Shows and tells the events of a node's jobs, also of one that an earlier instance of it began. A backup that a late try brought to
 * its place goes on from output 1 as a new message.
 *
 * @returns a function that ends it
 */
export function followJobs(node: Node, { runtime, template, status, begin }: Following): () => void {
  let stop: () => void = () => undefined;
  let closed = false;
  const tell = (engine: Engine, event: BackupEvent): void => {
    if (event.node_id !== node.id) return;
    status.event(event);
    const message = eventMessage(event, template);
    node.send([lateResult(engine, event, message.topic), message]);
    if (isUnheard(event) && !hasMessage(engine, event))
      node.error(new BackupError(event.failed_reason ?? 'unknown_error', event.error ?? ''), message);
  };
  const follow = async (): Promise<void> => {
    const engine = await runtime.engine();
    // It may have been closed meanwhile.
    if (closed) return;
    stop = engine.events.subscribe((event) => {
      tell(engine, event);
    });
    await begin(engine);
  };
  inBackground(node, follow());
  return () => {
    closed = true;
    stop();
  };
}

/** A backup that is late is one that this process makes for a message, or one that an earlier process left. */
function hasMessage(engine: Engine, { manager_state, job_id }: BackupEvent): boolean {
  return manager_state === 'create_backup' && engine.jobs().some(({ jobId }) => jobId === job_id);
}

/** The message that began the job is gone, so there is no `done` to say this to Catch nodes. */
function isUnheard(event: BackupEvent): boolean {
  if (event.event_type !== 'failed') return false;
  return event.failed_reason === 'interrupted' || (event.late && event.will_retry === null);
}

function lateResult(engine: Engine, event: BackupEvent, topic: string): NodeMessage | null {
  const { backup: record, agent_id: agentId } = event;
  if (!event.late || event.event_type !== 'completed' || record === null || agentId === null) return null;
  if (hasMessage(engine, event)) return null;
  return withPlace({ topic, late: true }, placedAt(engine, agentId, record));
}

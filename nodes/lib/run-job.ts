import type { Node, NodeMessageInFlow } from 'node-red';
import { toBackupError, type Engine } from '../../src/index.ts';
import type { Send } from './input.ts';
import { withPlace, type Placed } from './placed.ts';
import type { Runtime } from './runtime.ts';
import type { StatusLine } from './status.ts';

export interface Run {
  readonly message: NodeMessageInFlow;
  readonly send: Send;
  readonly runtime: Runtime;
  readonly status: StatusLine;
}

/**
 * Does what a message asks for and passes the message on from output 1 with the backup and its place added.
 *
 * A closed instance is mute: when a deploy replaces it meanwhile, the one that takes its place sends and reports.
 *
 * @throws BackupError when the job fails and this instance is still there
 */
export async function runJob(
  node: Node,
  { message, send, runtime, status }: Run,
  job: (engine: Engine) => Promise<Placed>,
): Promise<void> {
  try {
    const result = withPlace(message, await job(await runtime.engine()));
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

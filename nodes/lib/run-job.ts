import type { Node, NodeMessage, NodeMessageInFlow, NodeStatus } from 'node-red';
import { toBackupError, type BackupError, type Engine } from '../../src/index.ts';
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

/** What came of it. */
export interface Worked {
  /** Goes on from output 1. */
  readonly result: NodeMessage;
  /** What failed although there is a result; null when nothing did. */
  readonly failure: BackupError | null;
  /** Null where the job's events show it. */
  readonly status: NodeStatus | null;
}

/**
 * Does what a message asks for and passes the message on from output 1 with the backup and its place added.
 *
 * @throws BackupError as `runWork`
 */
export async function runJob(node: Node, run: Run, job: (engine: Engine) => Promise<Placed>): Promise<void> {
  await runWork(node, run, async (engine) => {
    return { result: withPlace(run.message, await job(engine)), failure: null, status: null };
  });
}

/**
 * Does what a message asks for and sends the result from output 1.
 *
 * A closed instance is mute: when a deploy replaces it meanwhile, the one that takes its place sends and reports.
 *
 * @throws BackupError when the work fails and this instance is still there
 */
export async function runWork(
  node: Node,
  { message, send, runtime, status }: Run,
  work: (engine: Engine) => Promise<Worked>,
): Promise<void> {
  try {
    const { result, failure, status: shown } = await work(await runtime.engine());
    const speaker = await runtime.successor(node);
    if (shown !== null) speaker?.status(shown);
    if (speaker === node) send([result, null]);
    else speaker?.send([result, null]);
    if (failure !== null) throw failure;
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

/** A backup that somebody asked for by hand: the node gets a message as from any other node, and who asked is told of the job. */
import type { Node, NodeMessage } from 'node-red';
import { BackupError, systemClock, type JobId } from '../../src/index.ts';

const PATIENCE_MS = 10_000;

const waiting = new WeakMap<object, (jobId: JobId | null) => void>();

/** @throws BackupError when the node began none */
export async function askByHand(node: Node): Promise<JobId> {
  const message: NodeMessage & { readonly manual: true } = { manual: true };
  const begun = new Promise<JobId | null>((resolve) => {
    const timer = systemClock.setTimer(PATIENCE_MS, () => {
      resolve(null);
    });
    waiting.set(message, (jobId) => {
      timer.cancel();
      resolve(jobId);
    });
  });
  node.receive(message);
  const jobId = await begun;
  if (jobId !== null) return jobId;
  const what = `The node "${node.name ?? node.id}" began no backup.`;
  throw new BackupError('unknown_error', `${what} Look into the log of Node-RED, and deploy it once more.`);
}

/** Says what a message began; null when nothing. Only the first word of it counts. */
export function tellBegun(message: object, jobId: JobId | null): void {
  waiting.get(message)?.(jobId);
  waiting.delete(message);
}

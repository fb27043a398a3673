/** A thread that hashes; see `DigestThread`. */
import { createHash } from 'node:crypto';
import { parentPort, workerData } from 'node:worker_threads';
import type { DigestOrder, DigestReply } from './digest-thread.ts';
import { stepBack } from './step-back.ts';

const port = parentPort;
if (port === null) throw new Error('digest-worker runs only as a worker thread');

stepBack((workerData as { niceness: number }).niceness);
const hash = createHash('sha256');

port.on('message', (order: DigestOrder) => {
  switch (order.op) {
    case 'update':
      hash.update(new Uint8Array(order.buffer, 0, order.length));
      port.postMessage({ buffer: order.buffer } satisfies DigestReply, [order.buffer]);
      return;
    case 'digest':
      port.postMessage({ sha256: hash.copy().digest('hex') } satisfies DigestReply);
      return;
    case 'end':
      port.close();
  }
});

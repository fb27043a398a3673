/** A thread that compresses and decompresses single frames; see `FramePool`. */
import { parentPort, workerData } from 'node:worker_threads';
import type { EndOrder, FrameJob, FrameReply } from './frame-job.ts';
import { runFrameJob } from './run-frame-job.ts';
import { stepBack } from './step-back.ts';

const port = parentPort;
if (port === null) throw new Error('frame-worker runs only as a worker thread');

stepBack((workerData as { niceness: number }).niceness);

port.on('message', (job: (FrameJob & { id: number }) | EndOrder) => {
  if (job.op === 'end') {
    port.close();
    return;
  }
  const { id, buffer } = job;
  try {
    const { bytes, digests } = runFrameJob(job);
    port.postMessage({ id, ok: true, bytes, spare: buffer, digests } satisfies FrameReply, [buffer, bytes.buffer]);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    port.postMessage({ id, ok: false, message } satisfies FrameReply);
  }
});

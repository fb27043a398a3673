/** A thread that compresses and decompresses single frames; see `FramePool`. */
import { parentPort, workerData } from 'node:worker_threads';
import { compressFrame, decompressFrame } from '../format/frame.ts';
import type { FrameJob, FrameReply } from './frame-job.ts';
import { stepBack } from './step-back.ts';

const port = parentPort;
if (port === null) throw new Error('frame-worker runs only as a worker thread');

stepBack((workerData as { niceness: number }).niceness);

port.on('message', (job: FrameJob & { id: number }) => {
  const { id, buffer } = job;
  try {
    const input = new Uint8Array(buffer, 0, job.length);
    const bytes =
      job.op === 'compress' ? compressFrame(input, job.compression) : decompressFrame(input, job.compression, job.size);
    port.postMessage({ id, ok: true, bytes, spare: buffer } satisfies FrameReply, [buffer, bytes.buffer]);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    port.postMessage({ id, ok: false, message } satisfies FrameReply);
  }
});

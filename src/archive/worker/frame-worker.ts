/** A thread that compresses and decompresses single frames; see `FramePool`. */
import { hash } from 'node:crypto';
import { parentPort, workerData } from 'node:worker_threads';
import { openRange } from '../encryption/sealed-range.ts';
import { compressFrame, decompressFrame } from '../format/frame.ts';
import type { EndOrder, FrameJob, FrameReply } from './frame-job.ts';
import { stepBack } from './step-back.ts';

const port = parentPort;
if (port === null) throw new Error('frame-worker runs only as a worker thread');

stepBack((workerData as { niceness: number }).niceness);

function digestParts(input: Uint8Array, parts: readonly number[]): string[] {
  const digests: string[] = [];
  for (let i = 0; i < parts.length; i += 2) {
    const start = parts[i] ?? 0;
    digests.push(hash('sha256', input.subarray(start, start + (parts[i + 1] ?? 0)), 'hex'));
  }
  return digests;
}

function decompress(input: Uint8Array, job: FrameJob & { op: 'decompress' }): Uint8Array<ArrayBuffer> {
  const frame = job.sealed === null ? input : openRange(input, job.sealed);
  return decompressFrame(frame, job.compression, job.size);
}

port.on('message', (job: (FrameJob & { id: number }) | EndOrder) => {
  if (job.op === 'end') {
    port.close();
    return;
  }
  const { id, buffer } = job;
  try {
    const input = new Uint8Array(buffer, 0, job.length);
    const digests = job.op === 'compress' ? digestParts(input, job.parts) : [];
    const bytes = job.op === 'compress' ? compressFrame(input, job.compression) : decompress(input, job);
    port.postMessage({ id, ok: true, bytes, spare: buffer, digests } satisfies FrameReply, [buffer, bytes.buffer]);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    port.postMessage({ id, ok: false, message } satisfies FrameReply);
  }
});

import { hash } from 'node:crypto';
import { openRange } from '../encryption/sealed-range.ts';
import { compressFrame, decompressFrame } from '../format/frame.ts';
import type { FrameJob } from './frame-job.ts';

/** `bytes` have a buffer of their own. */
export interface FrameResult {
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Of the parts, lower-case hex. */
  readonly digests: readonly string[];
}

/** Compresses or decompresses one frame in this thread. Its buffer is only read. */
export function runFrameJob(job: FrameJob): FrameResult {
  const input = new Uint8Array(job.buffer, 0, job.length);
  if (job.op === 'compress') {
    return { digests: digestParts(input, job.parts), bytes: compressFrame(input, job.compression) };
  }
  const frame = job.sealed === null ? input : openRange(input, job.sealed);
  return { digests: [], bytes: decompressFrame(frame, job.compression, job.size) };
}

function digestParts(input: Uint8Array, parts: readonly number[]): string[] {
  const digests: string[] = [];
  for (let i = 0; i < parts.length; i += 2) {
    const start = parts[i] ?? 0;
    digests.push(hash('sha256', input.subarray(start, start + (parts[i + 1] ?? 0)), 'hex'));
  }
  return digests;
}

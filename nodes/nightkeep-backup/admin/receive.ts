/** The route that takes a backup which somebody has as a file. The bytes go to disk as they come. */
import type { Request } from 'express';
import type { NodeAPI } from 'node-red';
import { BackupError, formatBytes, type Engine } from '../../../src/index.ts';
import { HttpFailure } from '../../lib/http/failure.ts';
import type { Begun } from './jobs.ts';
import type { Asked } from '../../lib/http/serve.ts';
import { liftTimeLimit } from './upload-time.ts';

/** Bytes that an upload may have, in settings.js; without it, the free space decides. */
interface UploadSettings {
  readonly backupCreateMaxUpload?: unknown;
}

/** Answers when all bytes have come; the job then goes on and checks them. */
export async function receiveUpload(engine: Engine, red: NodeAPI, { request, signal }: Asked): Promise<Begun> {
  const fileName = fileNameOf(request);
  const size = sizeOf(request, red.settings as UploadSettings);
  const restore = liftTimeLimit(request);
  try {
    // Left open when the job wants no more of it: who sends is to get the answer.
    const content = request.iterator({ destroyOnReturn: false }) as AsyncIterable<Uint8Array>;
    const job = engine.receive({ fileName, size, content });
    signal.addEventListener('abort', () => {
      if (!request.complete) job.cancel();
    });
    await job.received;
    return { job_id: job.jobId };
  } finally {
    restore();
  }
}

function fileNameOf(request: Request): string {
  try {
    const name = decodeURIComponent(request.get('X-File-Name') ?? '');
    if (name !== '') return name;
  } catch {
    // Said below.
  }
  throw new BackupError('invalid_request', 'X-File-Name: give the name of the file, URI encoded.');
}

function sizeOf(request: Request, { backupCreateMaxUpload: most }: UploadSettings): number {
  const text = request.get('Content-Length');
  if (text === undefined) throw new HttpFailure(411, 'invalid_request', 'Content-Length: say how large the file is.');
  const size = Number(text);
  if (typeof most !== 'number' || size <= most) return size;
  const what = `The file has ${formatBytes(size)}; uploads may have ${formatBytes(most)}.`;
  throw new HttpFailure(
    413,
    'invalid_request',
    `${what} Raise backupCreateMaxUpload in settings.js, or copy the file.`,
  );
}

import { createHash } from 'node:crypto';
import { BackupError, systemCode, toBackupError } from '../../errors.ts';
import { abortReason, orAborted } from '../../io/abort.ts';
import { writeNewFile } from '../../io/atomic-file.ts';
import type { Clock } from '../../clock.ts';
import type { JobContext } from '../jobs/job-run.ts';
import type { ReceiveRequest } from '../requests.ts';

/** Who sends nothing for so long is gone, and must not keep the turn. */
const SILENCE_MS = 60_000;
const FILE_MODE = 0o600;

/**
 * Writes what comes to a new file; when it throws, nothing of it is left.
 *
 * @returns the sha256 of the bytes, lower-case hex
 * @throws BackupError `upload_failed` when they do not come, or not all; `no_space`; the signal's reason
 */
export async function receiveFile(
  path: string,
  incoming: ReceiveRequest,
  { clock, context }: { readonly clock: Clock; readonly context: JobContext },
): Promise<string> {
  const hash = createHash('sha256');
  let bytes = 0;
  const counted = async function* (): AsyncGenerator<Uint8Array, void, undefined> {
    for await (const chunk of inTime(incoming, { clock, signal: context.signal })) {
      bytes += chunk.length;
      if (bytes > incoming.size) throw incomplete(incoming, 'more than was announced came');
      hash.update(chunk);
      context.progress({ bytes, total: incoming.size, files: 0 });
      yield chunk;
    }
    if (bytes < incoming.size)
      throw incomplete(incoming, `only ${String(bytes)} of ${String(incoming.size)} bytes came`);
  };
  try {
    await writeNewFile(path, counted(), FILE_MODE);
  } catch (error) {
    throw toBackupError(error, 'upload_failed', `Cannot write ${incoming.fileName}`);
  }
  return hash.digest('hex');
}

async function* inTime(
  incoming: ReceiveRequest,
  { clock, signal }: { readonly clock: Clock; readonly signal: AbortSignal },
): AsyncGenerator<Uint8Array, void, undefined> {
  const chunks = incoming.content[Symbol.asyncIterator]();
  for (;;) {
    const silence = new AbortController();
    const timer = clock.setTimer(SILENCE_MS, () => {
      silence.abort(incomplete(incoming, `nothing came for ${String(SILENCE_MS / 1000)} s`));
    });
    const either = AbortSignal.any([signal, silence.signal]);
    const next = chunks.next();
    try {
      const step = await orAborted(next, either);
      if (step.done === true) return;
      yield step.value;
    } catch (error) {
      // Nobody waits for it any more.
      next.catch(() => undefined);
      if (either.aborted) throw abortReason(either);
      if (error instanceof BackupError || systemCode(error) !== 'ECONNRESET') throw error;
      throw incomplete(incoming, 'the connection was lost');
    } finally {
      timer.cancel();
    }
  }
}

function incomplete({ fileName }: ReceiveRequest, what: string): BackupError {
  return new BackupError('upload_failed', `${fileName} did not arrive whole: ${what}. Upload it again.`);
}

import type { EstimateResult } from '../../archive/tasks.ts';
import { BackupError } from '../../errors.ts';
import { orAborted } from '../../io/abort.ts';
import type { BackupRequest } from '../../backup-request.ts';
import type { EngineParts } from '../engine-parts.ts';
import { placesLeftOut } from './places-left-out.ts';
import { requestProblem } from '../request-problem.ts';

/** After which what was counted so far is told. */
const COUNT_MS = 5_000;
/** A disk that does not answer at all is not waited for. */
const PATIENCE_MS = 10_000;

/**
 * How much a backup would hold, before it is made. Takes a few seconds at most, whatever there is to count.
 *
 * @throws BackupError `invalid_request` when the backup could not be made as it is asked for, `timeout` when the disk does not answer
 */
export async function estimateBackup(
  parts: EngineParts,
  request: BackupRequest,
  signal: AbortSignal,
): Promise<EstimateResult> {
  const problem = requestProblem(request);
  if (problem !== null) throw new BackupError('invalid_request', problem);
  const giveUp = new AbortController();
  const timer = parts.clock.setTimer(PATIENCE_MS, () => {
    const what = `The folders could not be counted within ${String(PATIENCE_MS / 1000)} s.`;
    giveUp.abort(new BackupError('timeout', `${what} Look whether their disks and shares answer.`));
  });
  const either = AbortSignal.any([signal, giveUp.signal]);
  try {
    // A task that hangs in a dead mount ends long after it was told to.
    return await orAborted(count(parts, request, either), either);
  } finally {
    timer.cancel();
  }
}

async function count(parts: EngineParts, request: BackupRequest, signal: AbortSignal): Promise<EstimateResult> {
  const { sources, excludeCaches, excludeIfPresent } = request;
  const skipFolders = await placesLeftOut(parts, request);
  const context = { signal, niceness: parts.settings.niceness, onProgress: () => undefined };
  const what = { sources, excludeCaches, excludeIfPresent, skipFolders };
  return parts.archive.runTask({ kind: 'estimate', ...what, limitMs: COUNT_MS }, context);
}

import type { BackupAgent } from '../../agents/agent.ts';
import type { Clock } from '../../clock.ts';
import { BackupError, toBackupError } from '../../errors.ts';
import { orAborted } from '../../io/abort.ts';

/** How long one location may take to answer before the others' answers are used without it. */
const PATIENCE_MS = 15_000;

export interface Asking {
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/**
 * Asks a location something that it can answer soon, e.g. for its list.
 *
 * @throws BackupError `timeout` when it did not; the call is then aborted, and not waited for
 */
export async function askInTime<T>(
  agent: BackupAgent,
  { clock, signal }: Asking,
  ask: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const giveUp = new AbortController();
  const timer = clock.setTimer(PATIENCE_MS, () => {
    const what = `${agent.name} did not answer within ${String(PATIENCE_MS / 1000)} s.`;
    giveUp.abort(new BackupError('timeout', `${what} Look whether it can be reached.`, { temporary: true }));
  });
  const either = AbortSignal.any([signal, giveUp.signal]);
  try {
    return await orAborted(ask(either), either);
  } catch (error) {
    throw toBackupError(error, 'agent_error', agent.name);
  } finally {
    timer.cancel();
  }
}

import type { Clock } from '../../clock.ts';
import type { BackupError } from '../../errors.ts';
import { orAborted } from '../../io/abort.ts';
import type { StartedJob } from './jobs.ts';
import type { Ticket } from './turns.ts';

/** As long as a job that was ended may go on cleaning up. */
const SOON_MS = 15_000;

/** The next one's turn comes when this job's last event has been told; that it will come soon is known before anything tells of the end. */
export function holdTurn(ticket: Ticket, job: StartedJob<unknown>): void {
  const ending = (): void => {
    ticket.ending();
  };
  const leave = (): void => {
    ticket.release();
  };
  job.signal.addEventListener('abort', ending);
  void job.over.then(ending);
  job.result.then(leave, leave);
}

/**
 * For who does not wait in line: waits for those whose end is near, and not for long.
 *
 * @param busy - thrown when it came to no end
 * @throws the signal's reason
 */
export async function takeTurnSoon(
  ticket: Ticket,
  { clock, signal }: { readonly clock: Clock; readonly signal: AbortSignal },
  busy: BackupError,
): Promise<void> {
  const giveUp = new AbortController();
  const timer = clock.setTimer(SOON_MS, () => {
    giveUp.abort(busy);
  });
  try {
    await orAborted(ticket.ready, AbortSignal.any([signal, giveUp.signal]));
  } finally {
    timer.cancel();
  }
}

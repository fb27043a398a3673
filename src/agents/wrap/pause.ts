import type { Clock } from '../../clock.ts';
import { abortReason, throwIfAborted } from '../../io/abort.ts';

/**
 * Waits.
 *
 * @throws the signal's reason, as soon as it is aborted
 */
export async function pause(clock: Clock, ms: number, signal: AbortSignal): Promise<void> {
  throwIfAborted(signal);
  let stop: () => void = () => undefined;
  try {
    await new Promise<void>((resolve, reject) => {
      const timer = clock.setTimer(ms, resolve);
      stop = () => {
        timer.cancel();
        reject(abortReason(signal));
      };
      signal.addEventListener('abort', stop, { once: true });
    });
  } finally {
    signal.removeEventListener('abort', stop);
  }
}

import { systemClock } from '../../src/clock.ts';
import type { FakeClock } from './fake-clock.ts';

/** Lets time pass in small steps, as it does, so that timers that are set meanwhile are called as well. */
export function passTime(clock: FakeClock, ms: number, stepMs = 5000): void {
  for (let left = ms; left > 0; left -= stepMs) clock.advance(Math.min(left, stepMs));
}

/** Waits until something is so. */
export async function untilSo(isSo: () => boolean, what: string, limitMs = 30_000): Promise<void> {
  const deadline = systemClock.monotonic() + limitMs;
  while (!isSo()) {
    if (systemClock.monotonic() > deadline) throw new Error(`It did not come to pass: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

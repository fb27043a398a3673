import { setTimeout as delay } from 'node:timers/promises';

const WAIT_MS = 60_000;
const POLL_MS = 50;

/**
 * @param output - what is shown when it does not come about
 * @throws Error when it does not hold within a minute
 */
export async function until(holds: () => Promise<boolean>, output: () => string): Promise<void> {
  const deadline = performance.now() + WAIT_MS;
  while (!(await holds())) {
    if (performance.now() > deadline) throw new Error(`What was waited for did not come:\n${output()}`);
    await delay(POLL_MS);
  }
}

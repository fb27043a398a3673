import { nextTurn } from '../clock.ts';
import type { SettingsPort, Step } from './step.ts';
import { swapIn, swapOut } from './swap.ts';

/** Brings the steps about, in their order; those that are done are passed over. */
export async function doSteps(steps: readonly Step[], settings: SettingsPort): Promise<void> {
  for (const step of steps) {
    if (step.kind === 'swap') swapIn(step);
    else await settings.write(step.key, step.after);
    await nextTurn();
  }
}

/** Takes the steps back, the last first; those that were never done are passed over. */
export async function undoSteps(steps: readonly Step[], settings: SettingsPort): Promise<void> {
  for (const step of [...steps].reverse()) {
    if (step.kind === 'swap') swapOut(step);
    else await settings.write(step.key, step.before);
    await nextTurn();
  }
}

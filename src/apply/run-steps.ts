import { nextTurn } from '../clock.ts';
import { systemCode } from '../errors.ts';
import { rewriteIn, rewriteOut } from './rewrite.ts';
import type { SettingsPort, Step, SwapStep } from './step.ts';
import { swapIn, swapOut } from './swap.ts';

/** What the system answers when something cannot be renamed where it lies, although it may be written. */
const FIXED = new Set(['EBUSY', 'EXDEV', 'EPERM']);

/** A swap that the system refuses; nothing of it is done. */
export class RefusedSwap extends Error {
  readonly step: SwapStep;

  constructor(step: SwapStep, cause: unknown) {
    super('a swap is refused', { cause });
    this.step = step;
  }
}

/**
 * Brings the steps about, in their order; those that are done are passed over.
 *
 * @throws RefusedSwap where another way may be found
 */
export async function doSteps(steps: readonly Step[], settings: SettingsPort): Promise<void> {
  for (const step of steps) {
    if (step.kind === 'swap') trySwap(step);
    else if (step.kind === 'rewrite') rewriteIn(step);
    else await settings.write(step.key, step.after);
    await nextTurn();
  }
}

function trySwap(step: SwapStep): void {
  try {
    swapIn(step);
  } catch (error) {
    if (!FIXED.has(systemCode(error) ?? '')) throw error;
    swapOut(step);
    throw new RefusedSwap(step, error);
  }
}

/** Takes the steps back, the last first; those that were never done are passed over. */
export async function undoSteps(steps: readonly Step[], settings: SettingsPort): Promise<void> {
  for (const step of [...steps].reverse()) {
    if (step.kind === 'swap') swapOut(step);
    else if (step.kind === 'rewrite') rewriteOut(step);
    else await settings.write(step.key, step.before);
    await nextTurn();
  }
}

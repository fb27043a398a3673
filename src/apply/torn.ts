/** Files that a kill left half written. Only those can be that are written over where they lie. */
import { existsSync, realpathSync } from 'node:fs';
import type { RestoreJournal } from './journal.ts';
import { openRestore } from './restore-folders.ts';
import { hashOf, rewriteIn } from './rewrite.ts';
import type { RewriteStep, Step } from './step.ts';

const BEGUN: readonly RestoreJournal['phase'][] = ['applying', 'rolling_back', 'undoing'];

/** Whether a restore that was killed left a file that is neither the old nor the new one. */
export async function isTorn(userDir: string, file: string): Promise<boolean> {
  const kept = await openRestore(userDir);
  if (kept === null || !BEGUN.includes(kept.journal.phase)) return false;
  return tornSteps(kept.journal.steps).some(({ target }) => existsSync(file) && realpathSync(file) === target);
}

/** Makes such files whole, for a Node-RED that could not start with them otherwise, and so not go on. */
export function mendTorn(steps: readonly Step[]): void {
  for (const step of tornSteps(steps)) rewriteIn(step);
}

function tornSteps(steps: readonly Step[]): readonly RewriteStep[] {
  return steps
    .filter((step) => step.kind === 'rewrite')
    .filter(({ target, hashes }) => {
      const now = hashOf(target);
      return now !== null && now !== hashes.before && now !== hashes.next;
    });
}

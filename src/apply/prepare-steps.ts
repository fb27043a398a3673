/** From changes to steps: places for the safety copy, and what comes from another file system brought next to where it goes. */
import { cpSync, lstatSync, mkdirSync, rmSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { giveToOwner } from './give-to-owner.ts';
import { beforeBeside, beforeIn } from './restore-folders.ts';
import type { Change } from './plan-tree.ts';
import type { SwapStep } from './step.ts';
import { look } from './swap.ts';
import { syncTree } from './sync-tree.ts';

export interface Preparation {
  /** Of the restore. */
  readonly folder: string;
  readonly userDir: string;
  /** How many steps the restore has already. */
  readonly earlier: number;
}

/** When it fails, nothing is left on other file systems, which may be full. */
export async function prepareSteps(changes: readonly Change[], preparation: Preparation): Promise<readonly SwapStep[]> {
  const elsewhere = new Set<string>();
  try {
    return await prepare(changes, preparation, elsewhere);
  } catch (error) {
    for (const slots of elsewhere) rmSync(slots, { recursive: true, force: true });
    throw error;
  }
}

/** @param elsewhere - takes in the folders that are made on other file systems */
async function prepare(
  changes: readonly Change[],
  { folder, userDir, earlier }: Preparation,
  elsewhere: Set<string>,
): Promise<readonly SwapStep[]> {
  const steps: SwapStep[] = [];
  const synced = new Set<string>();
  for (const [i, { target, next }] of changes.filter(isNeeded).entries()) {
    const parent = dirname(target);
    mkdirSync(parent, { recursive: true });
    const isNear = lstatSync(folder).dev === statSync(parent).dev;
    const slots = isNear ? beforeIn(folder) : beforeBeside(folder, parent);
    if (!isNear && look(slots) === null) elsewhere.add(slots);
    mkdirSync(slots, { recursive: true, mode: 0o700 });
    const number = String(earlier + i);
    if (next !== null) giveToOwner(next, userDir);
    const near = next === null || isNear ? next : bringNear(next, join(slots, `${number}.next`));
    if (near !== null) await syncTree(near);
    synced.add(slots).add(dirname(slots));
    steps.push({ kind: 'swap', target, next: near, before: join(slots, number), had: look(target) !== null });
  }
  for (const path of synced) await syncTree(path);
  return steps;
}

function isNeeded({ target, next }: Change): boolean {
  return next !== null || look(target) !== null;
}

function bringNear(from: string, to: string): string {
  cpSync(from, to, { recursive: true, preserveTimestamps: true, verbatimSymlinks: true });
  return to;
}

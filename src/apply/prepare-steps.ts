/** From changes to steps: places for the safety copy, and what comes from another file system brought next to where it goes. */
import { cpSync, mkdirSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { mountPoints } from '../io/mount-points.ts';
import { giveToOwner } from './give-to-owner.ts';
import { beforeBeside, beforeIn } from './restore-folders.ts';
import type { Change } from './plan-tree.ts';
import { hashOf, keepCopy } from './rewrite.ts';
import type { FileStep, RewriteStep } from './step.ts';
import { look } from './swap.ts';
import { syncTree } from './sync-tree.ts';

export interface Preparation {
  /** Of the restore. */
  readonly folder: string;
  readonly userDir: string;
  /** Names what is kept for the step of that number; no other step of the restore has that name. */
  readonly numbers: (index: number) => string;
  /** Files are written over, because they cannot be moved. */
  readonly inPlace?: boolean;
  /** What comes is brought beside its place first, because it cannot be moved from here to there. */
  readonly beside?: boolean;
}

/** When it fails, nothing is left on other file systems, which may be full. */
export async function prepareSteps(changes: readonly Change[], preparation: Preparation): Promise<readonly FileStep[]> {
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
  preparation: Preparation,
  elsewhere: Set<string>,
): Promise<readonly FileStep[]> {
  const { folder, userDir, numbers } = preparation;
  const mounts = mountPoints();
  const steps: FileStep[] = [];
  const synced = new Set<string>();
  for (const [i, { target, next }] of changes.filter(isNeeded).entries()) {
    if (next !== null) giveToOwner(next, userDir);
    const isFixed =
      next !== null && isFile(target) && isFile(next) && (preparation.inPlace === true || mounts.isPoint(target));
    const parent = isFixed ? userDir : dirname(target);
    mkdirSync(parent, { recursive: true });
    const isNear = isFixed || (mounts.isSame(folder, target) && preparation.beside !== true);
    const slots = isNear ? beforeIn(folder) : beforeBeside(folder, parent);
    if (!isNear && look(slots) === null) elsewhere.add(slots);
    mkdirSync(slots, { recursive: true, mode: 0o700 });
    const before = join(slots, numbers(i));
    const near = next === null || isNear ? next : bringNear(next, `${before}.next`);
    if (near !== null) await syncTree(near);
    synced.add(slots).add(dirname(slots));
    if (isFixed && near !== null) steps.push(rewriteOf({ target, next: near, before }));
    else steps.push({ kind: 'swap', target, next: near, before, had: look(target) !== null });
  }
  for (const path of synced) await syncTree(path);
  return steps;
}

/** What is there is copied before anything is written over it. */
function rewriteOf(places: Pick<RewriteStep, 'target' | 'next' | 'before'>): RewriteStep {
  const { target, next, before } = places;
  keepCopy(target, before);
  return { kind: 'rewrite', ...places, hashes: { before: hashOf(before) ?? '', next: hashOf(next) ?? '' } };
}

function isFile(path: string): boolean {
  return look(path)?.isFile() === true;
}

function isNeeded({ target, next }: Change): boolean {
  return next !== null || look(target) !== null;
}

function bringNear(from: string, to: string): string {
  cpSync(from, to, { recursive: true, preserveTimestamps: true, verbatimSymlinks: true });
  return to;
}

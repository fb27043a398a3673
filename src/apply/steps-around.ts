import { basename } from 'node:path';
import { contentChanges } from './plan-tree.ts';
import { prepareSteps } from './prepare-steps.ts';
import type { FileStep, SwapStep } from './step.ts';
import { look } from './swap.ts';

/** A step of smaller ones can be refused again, in a folder further down; at some point it is a riddle. */
const MOST_LEVELS = 8;

/**
 * What does the same as a swap that the system refuses: a file is written over where it lies, of a folder only the contents change, and
 * what is new is first brought beside its place.
 *
 * @param folder - of the restore
 * @returns null where there is no other way
 */
export async function stepsAround(
  { target, next, before }: SwapStep,
  folder: string,
  userDir: string,
): Promise<readonly FileStep[] | null> {
  const mark = basename(before);
  if (mark.split('-').length > MOST_LEVELS) return null;
  const how = { folder, userDir, numbers: (index: number) => `${mark}-${String(index)}` };
  const [now, coming] = [look(target), next === null ? null : look(next)];
  if (now === null) return next === null ? null : prepareSteps([{ target, next }], { ...how, beside: true });
  if (now.isDirectory() && (next === null || coming?.isDirectory() === true)) {
    return prepareSteps(contentChanges(next, target), how);
  }
  const isOverFile = now.isFile() && coming?.isFile() === true;
  return isOverFile ? prepareSteps([{ target, next }], { ...how, inPlace: true }) : null;
}

import { appendFileSync } from 'node:fs';
import { tellStep } from '../../scripts/test-run/progress.ts';

export interface Figure {
  readonly name: string;
  readonly value: number | string;
}

/** A long run repeats what a usual run does a few times. */
export const isLongRun: boolean = process.env['NIGHTKEEP_LONG'] === '1';

/** In a usual run some tests are run in one version of Node-RED alone, or in one theme, where others stand for them. */
export const isWholeRun: boolean = isLongRun || process.env['CI'] === 'true';

/**
 * Reports a figure of a test for docs/reliability.md; does nothing when nobody collects them.
 *
 * @param name - as a reader sees it, e.g. "kill -9 during a backup: points tried, all survived"
 */
export function recordFigure(name: string, value: number | string): void {
  const file = process.env['NIGHTKEEP_FIGURES'];
  if (file === undefined) return;
  const figure: Figure = { name, value };
  appendFileSync(file, `${JSON.stringify(figure)}\n`);
}

/** To be called now and then by a test that takes minutes: tells what it did, and that it does not hang. */
export function tellProgress(what: string): void {
  tellStep('did', what);
}

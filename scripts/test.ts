/**
 * The whole test run: `npm test`, `npm run test:long`.
 *
 * --long          every random and killing test with its full count, and the stages of CI; writes docs/reliability.md
 * --only PATTERN  only the stages whose name contains it, and the build before tests
 *
 * Where CI is "true", nothing may be skipped, and the stages that are only for CI run as well.
 */
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { writeReliability } from './test-run/reliability.ts';
import { ensureTestTools } from './test-run/requirements.ts';
import { runStage, type Run } from './test-run/run-stage.ts';
import { groupsOf, stagesToRun, type Stage } from './test-run/stages.ts';
import type { StageCounts } from './stage-reporter.ts';

/** Full titles of tests that may be skipped in CI. */
const MAY_SKIP_IN_CI: readonly string[] = [];

const root = join(import.meta.dirname, '..');
const isCi = process.env['CI'] === 'true';

interface Totals {
  passed: number;
  skipped: number;
  /** What failed, each with its stage. */
  readonly failures: string[];
}

interface Ended extends StageCounts {
  readonly name: string;
  readonly seconds: number;
}

async function timed(stage: Stage, run: Run): Promise<Ended> {
  const started = performance.now();
  const counts = await runStage(stage, run);
  return { ...counts, name: stage.name, seconds: (performance.now() - started) / 1000 };
}

function tellEnd({ name, failures, seconds }: Ended): void {
  console.log(`=== ${name}: ${failures.length === 0 ? 'ok' : 'FAILED'}, ${seconds.toFixed(1)} s`);
}

/** What it prints is shown when it has ended: others print meanwhile. */
async function runBeside(stage: Stage, run: Run, folder: string): Promise<Ended> {
  const file = join(folder, `${stage.name}.log`);
  const output = openSync(file, 'w');
  try {
    const ended = await timed(stage, { ...run, output });
    console.log(`\n=== ${stage.name} ===`);
    process.stdout.write(readFileSync(file));
    tellEnd(ended);
    return ended;
  } finally {
    closeSync(output);
  }
}

async function runAlone(stage: Stage, run: Run): Promise<Ended> {
  console.log(`\n=== ${stage.name} ===`);
  const ended = await timed(stage, run);
  tellEnd(ended);
  return ended;
}

function addTo(totals: Totals, { name, passed, failures, skipped }: Ended): void {
  totals.passed += passed;
  totals.skipped += skipped.length;
  totals.failures.push(...failures.map((failure) => `${name}: ${failure}`));
  if (!isCi) return;
  const forbidden = skipped.filter((title) => !MAY_SKIP_IN_CI.includes(title));
  totals.failures.push(...forbidden.map((title) => `${name}: ${title}: skipped, which CI does not allow`));
}

/** Again at the end, because only the end is seen of a long output. */
function tellTotals({ passed, failures, skipped }: Totals): void {
  if (failures.length > 0) console.log(`\nFailed:\n${failures.map((failure) => `- ${failure}`).join('\n')}`);
  console.log(`\n${passed} passed, ${failures.length} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`);
}

/** @param folder - for what stages print that run at once */
async function runStages(stages: readonly Stage[], run: Run, folder: string): Promise<Totals> {
  const totals: Totals = { passed: 0, skipped: 0, failures: [] };
  for (const group of groupsOf(stages)) {
    const runOne = (stage: Stage): Promise<Ended> =>
      group.length > 1 ? runBeside(stage, run, folder) : runAlone(stage, run);
    for (const ended of await Promise.all(group.map(runOne))) addTo(totals, ended);
  }
  return totals;
}

async function main(): Promise<boolean> {
  const { values } = parseArgs({ options: { long: { type: 'boolean' }, only: { type: 'string' } } });
  const long = values.long ?? false;
  const stages = stagesToRun(root, { only: values.only ?? null, ci: isCi || long });
  ensureTestTools();
  const folder = mkdtempSync(join(tmpdir(), 'nightkeep-test-'));
  try {
    const figures = join(folder, 'figures.jsonl');
    // The tests start hundreds of processes, each of which would compile the same files anew.
    const shared = { NODE_COMPILE_CACHE: join(folder, 'compiled'), NIGHTKEEP_BUILT: '1' };
    const env = long ? { ...shared, NIGHTKEEP_LONG: '1', NIGHTKEEP_FIGURES: figures } : shared;
    const totals = await runStages(stages, { root, env }, folder);
    if (long && values.only === undefined) await writeReliability(root, figures);
    tellTotals(totals);
    return totals.failures.length === 0;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

process.exitCode = (await main()) ? 0 : 1;

/**
 * The whole test run: `npm test`, `npm run test:long`.
 *
 * --long          every random and killing test with its full count; writes docs/reliability.md
 * --only PATTERN  only the stages whose name contains it
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { writeReliability } from './test-run/reliability.ts';
import { ensureTestTools } from './test-run/requirements.ts';
import { runStage } from './test-run/run-stage.ts';
import { stagesToRun, type Stage } from './test-run/stages.ts';

/** Full titles of tests that may be skipped in CI. */
const MAY_SKIP_IN_CI: readonly string[] = [];

const root = join(import.meta.dirname, '..');

interface Totals {
  passed: number;
  failed: number;
  skipped: number;
}

async function runStages(stages: readonly Stage[], env: Readonly<Record<string, string>>): Promise<Totals> {
  const totals: Totals = { passed: 0, failed: 0, skipped: 0 };
  for (const stage of stages) {
    console.log(`\n=== ${stage.name} ===`);
    const started = performance.now();
    const { passed, failed, skipped } = await runStage(stage, { root, env });
    totals.passed += passed;
    totals.failed += failed;
    totals.skipped += skipped.length;
    for (const title of skipped) {
      if (process.env['CI'] !== 'true' || MAY_SKIP_IN_CI.includes(title)) continue;
      console.error(`Skipped, which CI does not allow: ${title}`);
      totals.failed += 1;
    }
    console.log(
      `=== ${stage.name}: ${failed === 0 ? 'ok' : 'FAILED'}, ${((performance.now() - started) / 1000).toFixed(1)} s`,
    );
  }
  return totals;
}

async function main(): Promise<boolean> {
  const { values } = parseArgs({ options: { long: { type: 'boolean' }, only: { type: 'string' } } });
  const long = values.long ?? false;
  const stages = stagesToRun(root, values.only ?? null, long);
  ensureTestTools();
  const folder = mkdtempSync(join(tmpdir(), 'nightkeep-test-'));
  try {
    const figures = join(folder, 'figures.jsonl');
    // The tests start hundreds of processes, each of which would compile the same files anew.
    const shared = { NODE_COMPILE_CACHE: join(folder, 'compiled') };
    const env = long ? { ...shared, NIGHTKEEP_LONG: '1', NIGHTKEEP_FIGURES: figures } : shared;
    const totals = await runStages(stages, env);
    if (long && values.only === undefined) await writeReliability(root, figures);
    const skipped = totals.skipped > 0 ? `, ${totals.skipped} skipped` : '';
    console.log(`\n${totals.passed} passed, ${totals.failed} failed${skipped}`);
    return totals.failed === 0;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

process.exitCode = (await main()) ? 0 : 1;

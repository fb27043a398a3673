import { globSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import type { StageCounts } from '../stage-reporter.ts';
import type { FollowedTests } from './followed-tests.ts';
import { runGuarded, type Guard } from './guarded-process.ts';
import { PROGRESS_VARIABLE } from './progress.ts';
import type { Stage } from './stages.ts';

const NOTHING: StageCounts = { passed: 0, failures: [], skipped: [] };

const failedBy = (reason: string): StageCounts => ({ passed: 0, failures: [reason], skipped: [] });

/** A stage that tells nothing for so long has come to a halt. How long it takes in all does not matter: a machine may be busy. */
const SILENT_MS = 5 * 60_000;
const SLOWEST = 10;

export interface Run extends Pick<Guard, 'root' | 'env' | 'output'> {
  /** Milliseconds of silence that end a stage; five minutes unless set. */
  readonly silentMs?: number;
}

function readCounts(file: string): StageCounts | null {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as StageCounts;
  } catch {
    return null;
  }
}

/** By name, those that the stage begins with before all others. */
function inOrder(files: readonly string[], { first = [] }: Stage): readonly string[] {
  const place = (file: string): number => {
    const index = first.indexOf(basename(file).split('.')[0] ?? '');
    return index < 0 ? first.length : index;
  };
  return files.toSorted().toSorted((a, b) => place(a) - place(b));
}

function tellSlowest(tests: FollowedTests | null): void {
  const slowest = (tests?.slowest(SLOWEST) ?? []).filter(({ seconds }) => seconds >= 1);
  if (slowest.length === 0) return;
  const lines = slowest.map(({ file, seconds }) => `  ${seconds.toFixed(1).padStart(7)} s  ${file}`);
  console.log(`Slowest files:\n${lines.join('\n')}`);
}

function argumentsOf(stage: Stage, files: readonly string[]): readonly string[] {
  const mocha = ['node_modules/mocha/bin/mocha.js', '--reporter', 'scripts/stage-reporter.ts'];
  const parallel = stage.jobs === undefined ? [] : ['--parallel', '--jobs', String(stage.jobs)];
  return [...mocha, '--require', './scripts/test-run/tell-tests.ts', ...parallel, ...inOrder(files, stage)];
}

async function runMocha(stage: Stage, run: Run): Promise<StageCounts> {
  const files = globSync(stage.what, { cwd: run.root });
  if (files.length === 0) {
    return failedBy(`no test file fits ${stage.what.join(', ')}`);
  }
  const folder = mkdtempSync(join(tmpdir(), 'nightkeep-stage-'));
  const [countsFile, progress] = [join(folder, 'counts.json'), join(folder, 'progress.jsonl')];
  try {
    const env = { ...run.env, NIGHTKEEP_COUNTS: countsFile, [PROGRESS_VARIABLE]: progress };
    const guard = { silentMs: SILENT_MS, ...run, env, progress };
    const { code, tests } = await runGuarded(argumentsOf(stage, files), guard);
    tellSlowest(tests);
    const counts = readCounts(countsFile);
    // Mocha that dies, runs nothing or fails outside a test must not pass for green.
    if (counts === null) return failedBy('mocha ended before its tests did');
    if (counts.passed + counts.failures.length + counts.skipped.length === 0) return failedBy('no test ran');
    if (code === 0 || counts.failures.length > 0) return counts;
    return { ...counts, failures: [`mocha ended with ${String(code)} outside of its tests`] };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * Runs one stage. A check that passes counts nothing, one that fails counts as one failure.
 */
export async function runStage(stage: Stage, run: Run): Promise<StageCounts> {
  if (stage.kind === 'mocha') return runMocha(stage, run);
  const { code } = await runGuarded(stage.what, { silentMs: SILENT_MS, ...run, progress: null });
  return code === 0 ? NOTHING : failedBy(`ended with ${String(code)}`);
}

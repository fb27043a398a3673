import { spawn } from 'node:child_process';
import { globSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import type { StageCounts } from '../stage-reporter.ts';
import type { Stage } from './stages.ts';

const NOTHING: StageCounts = { passed: 0, failed: 0, skipped: [] };
const FAILED: StageCounts = { passed: 0, failed: 1, skipped: [] };

export interface Run {
  readonly root: string;
  readonly env: Readonly<Record<string, string>>;
  /** Descriptor of the file for what the stage prints; the terminal unless set. */
  readonly output?: number;
}

/** The child leads a process group of its own, so that a time-out also ends what it started. */
function runNode(args: readonly string[], timeoutMs: number, { root, env, output }: Run): Promise<number> {
  const child = spawn(process.execPath, args, {
    cwd: root,
    env: { ...process.env, ...env },
    stdio: ['ignore', output ?? 'inherit', output ?? 'inherit'],
    detached: true,
  });
  const endGroup = (): void => {
    try {
      if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
    } catch {
      // It has ended by itself.
    }
  };
  const timer = setTimeout(() => {
    console.error(`\nStopped: this stage took more than ${timeoutMs / 60_000} minutes.`);
    endGroup();
  }, timeoutMs);
  process.once('SIGINT', endGroup);
  return new Promise<number>((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => resolve(code ?? 1));
  }).finally(() => {
    clearTimeout(timer);
    process.off('SIGINT', endGroup);
    endGroup();
  });
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

async function runMocha(stage: Stage, run: Run): Promise<StageCounts> {
  const files = globSync(stage.what, { cwd: run.root });
  if (files.length === 0) {
    console.error(`No test file fits ${stage.what.join(', ')}.`);
    return FAILED;
  }
  const countsFile = join(tmpdir(), `nightkeep-counts-${process.pid}.json`);
  try {
    const mocha = ['node_modules/mocha/bin/mocha.js', '--reporter', 'scripts/stage-reporter.ts'];
    const parallel = stage.jobs === undefined ? [] : ['--parallel', '--jobs', String(stage.jobs)];
    const args = [...mocha, ...parallel, ...inOrder(files, stage)];
    const env = { ...run.env, NIGHTKEEP_COUNTS: countsFile };
    const code = await runNode(args, stage.timeoutMs, { ...run, env });
    const counts = readCounts(countsFile);
    // Mocha that dies, runs nothing or fails outside a test must not pass for green.
    if (counts === null || counts.passed + counts.failed + counts.skipped.length === 0) return FAILED;
    return code !== 0 && counts.failed === 0 ? { ...counts, failed: 1 } : counts;
  } finally {
    rmSync(countsFile, { force: true });
  }
}

/**
 * Runs one stage. A check that passes counts nothing, one that fails counts as one failure.
 */
export async function runStage(stage: Stage, run: Run): Promise<StageCounts> {
  if (stage.kind === 'mocha') return runMocha(stage, run);
  return (await runNode(stage.what, stage.timeoutMs, run)) === 0 ? NOTHING : FAILED;
}

/** Runs the real command line as a process of its own. */
import { spawn, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';

/** As it is built, in a test run, which has just done that: the sources are many files, and tests start it hundreds of times. */
const isBuilt = process.env['NIGHTKEEP_BUILT'] === '1';

/** Of the command line. */
export const CLI_FILE: string = join(
  import.meta.dirname,
  isBuilt ? '../../dist/src/cli/main.js' : '../../src/cli/main.ts',
);

export interface CliResult {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface CliRun {
  readonly child: ChildProcess;
  readonly result: Promise<CliResult>;
}

export function startCli(args: readonly string[], env: Readonly<Record<string, string>> = {}): CliRun {
  const child = spawn(process.execPath, [CLI_FILE, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...env },
  });
  const chunks: { stdout: Buffer[]; stderr: Buffer[] } = { stdout: [], stderr: [] };
  child.stdout.on('data', (chunk: Buffer) => chunks.stdout.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => chunks.stderr.push(chunk));
  const text = (name: 'stdout' | 'stderr'): string => Buffer.concat(chunks[name]).toString();
  const result = new Promise<CliResult>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, stdout: text('stdout'), stderr: text('stderr') }));
  });
  return { child, result };
}

export function runCli(...args: readonly string[]): Promise<CliResult> {
  return startCli(args).result;
}

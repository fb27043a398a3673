import { spawn } from 'node:child_process';
import { execFileSync } from 'node:child_process';

export interface CommandLine {
  readonly file: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

/**
 * Runs a program to its end and takes the wall time, from its start to its exit.
 *
 * @returns milliseconds
 * @throws when it fails, with what it said
 */
export async function timedRun({ file, args, env }: CommandLine): Promise<number> {
  // What an earlier run left to be written must not slow this one.
  execFileSync('sync');
  const started = performance.now();
  const child = spawn(file, args, { env: { ...process.env, ...env }, stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => {
    said = (said + chunk.toString()).slice(-2000);
  });
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  const took = performance.now() - started;
  if (code !== 0) throw new Error(`${file} ${args.join(' ')} ended with ${String(code)}: ${said}`);
  return took;
}

/** A line of shell. */
export function shell(line: string): CommandLine {
  return { file: 'sh', args: ['-c', line] };
}

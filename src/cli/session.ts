import { homedir, hostname } from 'node:os';
import { join, resolve } from 'node:path';
import { awakeClock, openEngine, type Engine, type Job } from '../index.ts';
import { optional, type Invocation } from './command.ts';
import { showProgress } from './progress-bar.ts';

export interface Session {
  readonly engine: Engine;
  /** Absolute: where the engine keeps its state. */
  readonly stateDir: string;
  /** Aborted by Ctrl-C. */
  readonly signal: AbortSignal;
  /** Waits for a job with its progress on the terminal; Ctrl-C cancels it. */
  readonly finish: <T>(job: Job<T>) => Promise<T>;
}

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

function stateDir(invocation: Invocation): string {
  const given = optional(invocation, 'state');
  if (given !== null) return resolve(given);
  const base = process.env['XDG_STATE_HOME'] ?? '';
  return join(base.startsWith('/') ? base : join(homedir(), '.local/state'), 'node-red-backup');
}

function sessionOf(engine: Engine, stateDir: string, signal: AbortSignal): Session {
  return {
    engine,
    stateDir,
    signal,
    async finish<T>(job: Job<T>): Promise<T> {
      const cancel = (): void => job.cancel();
      const stopShowing = showProgress(engine, job.jobId);
      if (signal.aborted) cancel();
      signal.addEventListener('abort', cancel, { once: true });
      try {
        return await job.result;
      } finally {
        signal.removeEventListener('abort', cancel);
        stopShowing();
      }
    },
  };
}

/** Opens the engine for one command. The first Ctrl-C cancels cleanly, a second one ends the process at once. */
export async function withSession<T>(invocation: Invocation, use: (session: Session) => Promise<T>): Promise<T> {
  const stop = new AbortController();
  const abort = (): void => stop.abort();
  for (const signal of SIGNALS) process.once(signal, abort);
  const folder = stateDir(invocation);
  const engine = await openEngine({
    stateDir: folder,
    instanceName: hostname(),
    nodeRedVersion: null,
    clock: awakeClock,
    warn: (message) => console.error(`warning: ${message}`),
  });
  try {
    return await use(sessionOf(engine, folder, stop.signal));
  } finally {
    await engine.close();
    for (const signal of SIGNALS) process.off(signal, abort);
  }
}

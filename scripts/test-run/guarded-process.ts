/** A process of a stage: what it prints is passed on, and it is ended when it has been silent for too long. */
import { spawn, type ChildProcess } from 'node:child_process';
import { writeSync } from 'node:fs';
import { FollowedTests } from './followed-tests.ts';
import { OwnTime } from './own-time.ts';

export interface Guard {
  readonly root: string;
  readonly env: Readonly<Record<string, string>>;
  /** Descriptor of the file for what it prints; the terminal unless set. */
  readonly output?: number;
  /** File for what its tests tell, see progress.ts; null for what runs none. */
  readonly progress: string | null;
  readonly silentMs: number;
}

export interface Ended {
  readonly code: number;
  /** Null of a process that runs no tests. */
  readonly tests: FollowedTests | null;
}

const LOOK_MS = 1000;
const TELL_MS = 60_000;
/** For the last of what it printed, should somebody whom it started hold its output open. */
const LAST_WORDS_MS = 2000;

/** The process leads a group of its own, so that with it ends what it started. */
export async function runGuarded(args: readonly string[], guard: Guard): Promise<Ended> {
  const child = spawn(process.execPath, args, {
    cwd: guard.root,
    env: { ...process.env, ...guard.env, ...(process.stdout.isTTY ? { FORCE_COLOR: '1' } : {}) },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  const endGroup = (): void => {
    endGroupOf(child);
  };
  const tests = guard.progress === null ? null : new FollowedTests(guard.progress);
  const stopWatching = watch(child, guard, tests);
  process.once('SIGINT', endGroup);
  try {
    const code = await exitOf(child);
    tests?.look();
    return { code, tests };
  } finally {
    stopWatching();
    process.off('SIGINT', endGroup);
    endGroup();
  }
}

function endGroupOf({ pid }: ChildProcess): void {
  try {
    if (pid !== undefined) process.kill(-pid, 'SIGKILL');
  } catch {
    // It has ended by itself.
  }
}

async function exitOf(child: ChildProcess): Promise<number> {
  const closed = new Promise<void>((resolve) => child.once('close', () => resolve()));
  const code = await new Promise<number>((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (status) => resolve(status ?? 1));
  });
  endGroupOf(child);
  let timer: NodeJS.Timeout | undefined;
  const patience = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, LAST_WORDS_MS);
  });
  await Promise.race([closed, patience]);
  clearTimeout(timer);
  child.stdout?.destroy();
  child.stderr?.destroy();
  return code;
}

/** @returns a function that ends it */
function watch(child: ChildProcess, { output, silentMs }: Guard, tests: FollowedTests | null): () => void {
  const time = new OwnTime(child.pid ?? 0);
  const started = Date.now();
  let toldAt = started;
  for (const [from, to] of [
    [child.stdout, process.stdout],
    [child.stderr, process.stderr],
  ] as const)
    from?.on('data', (bytes: Buffer) => {
      time.restart();
      if (output === undefined) to.write(bytes);
      else writeSync(output, bytes);
    });
  const look = (): void => {
    const silent = time.add();
    const now = Date.now();
    if (tests?.look() === true) time.restart();
    else if (silent > silentMs) {
      console.error(`\nStopped: this stage was silent for ${String(silentMs / 60_000)} minutes.`);
      for (const place of tests?.running(now) ?? []) console.error(`  It hung in ${place}`);
      endGroupOf(child);
    }
    if (tests === null || now - toldAt < TELL_MS) return;
    toldAt = now;
    const running = tests.running(now).map((place) => `\n  ${place}`);
    console.log(`--- ${String(Math.round((now - started) / 60_000))} min: ${tests.done()}; now${running.join('')}`);
  };
  const timer = setInterval(look, LOOK_MS);
  return () => {
    clearInterval(timer);
  };
}

import type { Clock } from '../clock.ts';
import { BackupError } from '../errors.ts';
import { abortReason, orAborted } from '../io/abort.ts';
import type { HookCall } from './hook.ts';
import type { DueHook } from './hook-registry.ts';

export interface RunOptions {
  readonly clock: Clock;
  /** Ends the waiting: no further hook is begun. */
  readonly signal: AbortSignal;
  /** Told of a failure that is not that of the job. */
  readonly warn: (message: string) => void;
}

/** At most how long hooks take, in milliseconds. */
export function longestRun(hooks: readonly DueHook[]): number {
  return byPriority(hooks)
    .map((group) => Math.max(...group.map(({ hook }) => hook.timeoutMs)))
    .reduce((sum, ms) => sum + ms, 0);
}

/**
 * Runs the hooks before a job. A failure that is the job's ends it when those of the same priority are done; later ones do not run.
 *
 * @throws BackupError `hook_failed`, `hook_timeout`, or the signal's reason
 */
export async function runBefore(hooks: readonly DueHook[], call: HookCall, options: RunOptions): Promise<void> {
  for (const group of byPriority(hooks)) {
    const failure = await runGroup(group, call, options);
    if (options.signal.aborted) throw abortReason(options.signal);
    if (failure !== null) throw failure;
  }
}

/**
 * Runs the hooks after a job, each of them, whatever others do.
 *
 * @returns the first failure that is the job's, null when there is none
 */
export async function runAfter(
  hooks: readonly DueHook[],
  call: HookCall,
  options: RunOptions,
): Promise<BackupError | null> {
  let first: BackupError | null = null;
  for (const group of byPriority(hooks)) {
    const failure = await runGroup(group, call, options);
    first ??= failure;
  }
  return first;
}

/** @returns the first failure that is the job's; the others are warnings */
async function runGroup(group: readonly DueHook[], call: HookCall, options: RunOptions): Promise<BackupError | null> {
  let first: BackupError | null = null;
  await Promise.all(
    group.map(async (due) => {
      const failure = await runOne(due, call, options);
      if (failure === null || options.signal.aborted) return;
      if (due.hook.onFailure === 'fail' && first === null) first = failure;
      else options.warn(failure.message);
    }),
  );
  return first;
}

/** @returns why it failed, null when it did not */
async function runOne({ hook, gone }: DueHook, call: HookCall, options: RunOptions): Promise<BackupError | null> {
  const late = new AbortController();
  const timer = options.clock.setTimer(hook.timeoutMs, () => {
    late.abort(tooLate(hook, call));
  });
  const signal = AbortSignal.any([late.signal, gone, options.signal]);
  try {
    // Also what throws before it gives a promise.
    await orAborted(
      Promise.resolve().then(() => hook.run(call, signal)),
      signal,
    );
    return null;
  } catch (error) {
    if (signal.aborted) return abortReason(signal);
    const text = error instanceof Error ? error.message : String(error);
    return new BackupError('hook_failed', `The hook "${hook.name}" ${call.when} the backup failed: ${text}`, {
      cause: error,
    });
  } finally {
    timer.cancel();
  }
}

function tooLate({ name, timeoutMs }: DueHook['hook'], { when }: HookCall): BackupError {
  const what = `The hook "${name}" ${when} the backup did not answer within ${String(timeoutMs / 1000)} s.`;
  return new BackupError('hook_timeout', `${what} Raise its time limit, or look at what it waits for.`);
}

/** Those of one priority together. */
function byPriority(hooks: readonly DueHook[]): readonly (readonly DueHook[])[] {
  const groups = new Map<number, DueHook[]>();
  for (const due of hooks) {
    const group = groups.get(due.hook.priority) ?? [];
    groups.set(due.hook.priority, group);
    group.push(due);
  }
  return [...groups].sort(([a], [b]) => a - b).map(([, group]) => group);
}

import { isoLocal, type Timer } from '../../clock.ts';
import { toBackupError, type BackupError } from '../../errors.ts';
import type { JobIdentity } from '../../events.ts';
import type { HookCall, HookOutcome, HookTime } from '../../hooks/hook.ts';
import { longestRun, runAfter, runBefore, type RunOptions } from '../../hooks/run-hooks.ts';
import { abortReason, orAborted } from '../../io/abort.ts';
import type { BackupRecord } from '../../model.ts';
import type { EngineParts } from '../engine-parts.ts';
import type { JobContext } from '../jobs/job-run.ts';
import type { Unfinished } from '../jobs/unfinished.ts';

/** What goes on besides the hooks' own time when a job that was ended waits for them. */
const MARGIN_MS = 15_000;
/** How long the work of a job that was ended is waited for: a disk that hangs must not keep the hooks from running. */
const STUCK_MS = 10_000;

/**
 * Makes a backup between the hooks of its plan. Those after it run on every way out: `work` failed, a hook before it failed, the job
 * was canceled or timed out. When the process ends meanwhile, its next start makes up for them: see `resumeHooks`.
 *
 * @throws BackupError of `work`, `hook_failed` or `hook_timeout`
 */
export async function betweenHooks(
  parts: EngineParts,
  context: JobContext,
  work: () => Promise<BackupRecord>,
): Promise<BackupRecord> {
  const before = parts.hooks.due('before', context.identity);
  const isNoted = before.length > 0 || parts.hooks.due('after', context.identity).length > 0;
  if (isNoted) await note(parts, context.identity);
  const made = await attempt(async () => {
    if (before.length > 0) {
      context.enter('before_hooks');
      await runBefore(before, callOf(context.identity, 'before', null), optionsFor(parts, context.signal));
    }
    return orStuck(parts, context.signal, work());
  });
  const failure = await afterwards(parts, context, outcomeOf(made));
  if (isNoted) {
    context.enter('cleaning_up');
    await forget(parts, context.identity);
  }
  if (made.error !== null) throw made.error;
  if (failure !== null) {
    context.know(made.record);
    throw failure;
  }
  return made.record;
}

/** Jobs that an earlier process left: those whose hooks are to run, and how each ended. */
export interface Interrupted {
  readonly due: readonly JobIdentity[];
  readonly unfinished: readonly Unfinished[];
}

/** Runs the hooks after the jobs that earlier processes began and did not bring to their hooks. */
export async function resumeHooks(parts: EngineParts, { due: jobs, unfinished }: Interrupted): Promise<void> {
  for (const job of jobs) {
    const told = unfinished.find(({ event }) => event.job_id === job.job_id)?.event;
    const outcome: HookOutcome = {
      result: 'interrupted',
      failed_reason: 'interrupted',
      error: told?.error ?? 'The process that made the backup ended before its hooks had run.',
      backup: told?.backup ?? null,
    };
    const due = parts.hooks.due('after', job);
    const { signal } = new AbortController();
    const failure = await runAfter(due, callOf(job, 'after', outcome), optionsFor(parts, signal));
    if (failure !== null) parts.warn(failure.message);
    await forget(parts, job);
  }
}

async function afterwards(parts: EngineParts, context: JobContext, outcome: HookOutcome): Promise<BackupError | null> {
  const due = parts.hooks.due('after', context.identity);
  if (due.length === 0) return null;
  context.enter('after_hooks');
  // Resuming is not to be skipped because the job was ended.
  context.allowToEnd(longestRun(due) + MARGIN_MS);
  const { signal } = new AbortController();
  return runAfter(due, callOf(context.identity, 'after', outcome), optionsFor(parts, signal));
}

type Attempt =
  { readonly record: BackupRecord; readonly error: null } | { readonly record: null; readonly error: BackupError };

async function attempt(work: () => Promise<BackupRecord>): Promise<Attempt> {
  try {
    return { record: await work(), error: null };
  } catch (error) {
    return { record: null, error: toBackupError(error) };
  }
}

/** As `work`, but not for long once the job was ended. */
async function orStuck<T>({ clock }: EngineParts, signal: AbortSignal, work: Promise<T>): Promise<T> {
  const stuck = new AbortController();
  let timer: Timer | null = null;
  const wait = (): void => {
    timer = clock.setTimer(STUCK_MS, () => {
      stuck.abort(abortReason(signal));
    });
  };
  if (signal.aborted) wait();
  signal.addEventListener('abort', wait, { once: true });
  try {
    return await orAborted(work, stuck.signal);
  } finally {
    signal.removeEventListener('abort', wait);
    cancelTimer(timer);
  }
}

function cancelTimer(timer: Timer | null): void {
  timer?.cancel();
}

function outcomeOf({ record, error }: Attempt): HookOutcome {
  if (error === null) return { result: 'completed', failed_reason: null, error: null, backup: record };
  return { result: 'failed', failed_reason: error.code, error: error.message, backup: null };
}

function callOf(identity: JobIdentity, when: HookTime, outcome: HookOutcome | null): HookCall {
  const { job_id, plan_id, plan_name, node_id, name, backup_id, automatic } = identity;
  return Object.freeze({ when, job_id, plan_id, plan_name, node_id, name, backup_id, automatic, outcome });
}

function optionsFor({ clock, warn }: EngineParts, signal: AbortSignal): RunOptions {
  return { clock, warn, signal };
}

/** Failing to write is told as a warning, as in `Journal`. */
async function note(parts: EngineParts, identity: JobIdentity): Promise<void> {
  const started = isoLocal(parts.clock.now());
  await parts.store.hooks.write(identity, null, started).catch((error: unknown) => {
    parts.warn(toBackupError(error).message);
  });
}

async function forget(parts: EngineParts, { job_id }: Pick<JobIdentity, 'job_id'>): Promise<void> {
  await parts.store.hooks.remove(job_id).catch((error: unknown) => {
    parts.warn(toBackupError(error).message);
  });
}

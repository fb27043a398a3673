import type { Node, NodeStatus } from 'node-red';
import {
  formatBytes,
  isoLocal,
  systemClock,
  type BackupEvent,
  type BackupRecord,
  type BackupStage,
  type JobEvent,
  type PlanStatus,
  type Progress,
  type RunningJob,
} from '../../src/index.ts';

/** Editors get every status; twice a second is enough for progress. */
const STEP_MS = 500;

/** Shows the jobs of a node in its status. */
export class StatusLine {
  readonly #node: Node;
  #shownAt = -Infinity;
  #stage: string | null = null;
  #waitsForRetry = false;
  readonly #next: () => string | null;

  /** @param next - when the node does something by itself, ISO; null for never */
  constructor(node: Node, next: () => string | null = () => null) {
    this.#node = node;
    this.#next = next;
  }

  event(event: BackupEvent): void {
    // Retention has a status of its own.
    if (event.manager_state === 'idle') return;
    const now = systemClock.monotonic();
    const isNews = event.event_type !== 'in_progress' || event.backup_stage !== this.#stage;
    if (!isNews && now - this.#shownAt < STEP_MS) return;
    this.#shownAt = now;
    this.#stage = event.backup_stage;
    this.#waitsForRetry = event.will_retry !== null;
    this.#show(statusOf(event));
  }

  /** What is known of a plan from before, e.g. after a restart or a deploy. */
  known({ last_backup: backup, last_error: error }: PlanStatus, job: RunningJob | undefined): void {
    if (job !== undefined) this.#node.status(running(job.backup_stage, job.progress));
    else if (error !== null) this.failed(error.code);
    else if (backup !== null) this.#show(finished(backup));
    else if (this.#next() !== null) this.#show({ fill: 'grey', shape: 'ring', text: '' });
  }

  /** What is known of copies from before. */
  knownCopy(job: RunningJob | undefined, pending: { readonly next_try: string } | undefined): void {
    if (job !== undefined) this.#node.status(running(job.backup_stage, job.progress));
    else if (pending !== undefined) this.#node.status(waitingFor(pending.next_try));
  }

  /** Does nothing when the status says that it is tried again: that tells more. */
  failed(code: string): void {
    if (this.#waitsForRetry) return;
    this.#show({ fill: 'red', shape: 'ring', text: code });
  }

  /** What is over is shown with what comes next. */
  #show(status: NodeStatus): void {
    const { fill, text = '' } = status;
    const next = fill === 'blue' ? null : this.#next();
    if (next === null) {
      this.#node.status(status);
      return;
    }
    const coming = `next ${next.slice(5, 10)} ${next.slice(11, 16)}`;
    this.#node.status({ ...status, text: text === '' ? coming : `${text} · ${coming}` });
  }
}

function statusOf(event: JobEvent): NodeStatus {
  switch (event.event_type) {
    case 'in_progress':
      return running(event.backup_stage, event.progress);
    case 'completed':
      if (event.backup === null) return {};
      return event.manager_state === 'copy_backup' ? copied(event.backup) : finished(event.backup);
    case 'failed':
      if (event.will_retry !== null) return waitingFor(event.will_retry);
      return { fill: 'red', shape: 'ring', text: event.failed_reason };
  }
}

function running(stage: BackupStage | null, progress: Progress | null): NodeStatus {
  const percent = progress === null ? '' : ` ${String(Math.floor(progress.percent))}%`;
  return { fill: 'blue', shape: 'ring', text: `${stage ?? 'waiting'}${percent}` };
}

/** `03:00 · 12.3 MB`, with the day when it was not today; yellow when files are missing in it. */
function finished({ date, size, failed_files }: BackupRecord): NodeStatus {
  const today = isoLocal(systemClock.now()).slice(0, 10);
  const day = date.startsWith(today) ? '' : `${date.slice(5, 10)} `;
  const text = `${day}${date.slice(11, 16)} · ${formatBytes(size)}`;
  if (failed_files.count === 0) return { fill: 'green', shape: 'dot', text };
  return { fill: 'yellow', shape: 'dot', text: `${text} · ${String(failed_files.count)} unread` };
}

/** The time is that of the copy, not of the backup. */
function copied({ size }: BackupRecord): NodeStatus {
  const time = isoLocal(systemClock.now()).slice(11, 16);
  return { fill: 'green', shape: 'dot', text: `${time} · ${formatBytes(size)}` };
}

/** @param nextTry - ISO */
function waitingFor(nextTry: string): NodeStatus {
  return { fill: 'yellow', shape: 'ring', text: `retry ${nextTry.slice(11, 16)}` };
}

import type { Node, NodeStatus } from 'node-red';
import {
  formatBytes,
  isoLocal,
  systemClock,
  type BackupEvent,
  type BackupRecord,
  type BackupStage,
  type PlanStatus,
  type Progress,
  type RunningJob,
} from '../../src/index.ts';

/** Editors get every status; twice a second is enough for progress. */
const STEP_MS = 500;

/** Shows a plan and its jobs in the node's status. */
export class StatusLine {
  readonly #node: Node;
  #shownAt = -Infinity;
  #stage: string | null = null;

  constructor(node: Node) {
    this.#node = node;
  }

  event(event: BackupEvent): void {
    const now = systemClock.monotonic();
    const isNews = event.event_type !== 'in_progress' || event.backup_stage !== this.#stage;
    if (!isNews && now - this.#shownAt < STEP_MS) return;
    this.#shownAt = now;
    this.#stage = event.backup_stage;
    this.#node.status(statusOf(event));
  }

  /** What is known from before, e.g. after a restart or a deploy. */
  known({ last_backup: backup, last_error: error }: PlanStatus, job: RunningJob | undefined): void {
    if (job !== undefined) this.#node.status(running(job.backup_stage, job.progress));
    else if (error !== null) this.failed(error.code);
    else if (backup !== null) this.#node.status(finished(backup));
  }

  failed(code: string): void {
    this.#node.status({ fill: 'red', shape: 'ring', text: code });
  }
}

function statusOf(event: BackupEvent): NodeStatus {
  switch (event.event_type) {
    case 'in_progress':
      return running(event.backup_stage, event.progress);
    case 'completed':
      return event.backup === null ? {} : finished(event.backup);
    case 'failed':
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

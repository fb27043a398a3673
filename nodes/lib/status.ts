import type { Node, NodeStatus } from 'node-red';
import { formatBytes, isoLocal, systemClock, type BackupEvent, type PlanStatus } from '../../src/index.ts';

/** Editors get every status; twice a second is enough for progress. */
const STEP_MS = 500;

/** Shows a job in the node's status. */
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

  /** What is known from before, e.g. after a restart. */
  plan({ last_backup: backup, last_error: error }: PlanStatus): void {
    if (error !== null) this.#node.status({ fill: 'red', shape: 'ring', text: error.code });
    else if (backup !== null) this.#node.status(finished(backup.date, backup.size));
  }

  failed(code: string): void {
    this.#node.status({ fill: 'red', shape: 'ring', text: code });
  }
}

function statusOf(event: BackupEvent): NodeStatus {
  switch (event.event_type) {
    case 'in_progress': {
      const percent = event.progress === null ? '' : ` ${String(Math.floor(event.progress.percent))}%`;
      return { fill: 'blue', shape: 'ring', text: `${event.backup_stage ?? 'waiting'}${percent}` };
    }
    case 'completed':
      return finished(event.backup?.date ?? isoLocal(systemClock.now()), event.backup?.size ?? 0);
    case 'failed':
      return { fill: 'red', shape: 'ring', text: event.failed_reason };
  }
}

/** `03:00 · 12.3 MB`, with the day when it was not today. */
function finished(date: string, size: number): NodeStatus {
  const today = isoLocal(systemClock.now()).slice(0, 10);
  const day = date.startsWith(today) ? '' : `${date.slice(5, 10)} `;
  return { fill: 'green', shape: 'dot', text: `${day}${date.slice(11, 16)} · ${formatBytes(size)}` };
}

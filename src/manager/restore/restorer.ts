/** Restores into Node-RED: they take the turn, outlive the process that staged them, and are told of by the one that applied them. */
import { change } from '../../apply/apply-restore.ts';
import { finishKilled, undoAtOnce } from '../../apply/at-once.ts';
import { keptRestores, lastRestore, openRestore, removeRestore, type Kept } from '../../apply/restore-folders.ts';
import { checkStopped } from '../../apply/running-mark.ts';
import { BackupError } from '../../errors.ts';
import type { BackupEvent, EventBus } from '../../events.ts';
import { orAborted } from '../../io/abort.ts';
import { formatIdentity, processIdentity } from '../../io/process-identity.ts';
import type { JobParts } from '../jobs/job-parts.ts';
import { holdTurn } from '../jobs/hold-turn.ts';
import type { JobId } from '../../model.ts';
import { restoreInto } from './into-node-red.ts';
import type { Jobs, StartedJob } from '../jobs/jobs.ts';
import type { IntoReport, RestoreStatus } from '../reports.ts';
import type { IntoRequest } from '../requests.ts';
import { canceledEvent, outcomeEvent, reportOf, statusOf } from './restore-outcome.ts';
import type { Turns } from '../jobs/turns.ts';

export class Restorer {
  readonly #parts: JobParts;
  readonly #jobs: Jobs;
  readonly #turns: Turns;
  readonly #events: EventBus;
  readonly #holding = new Set<JobId>();
  #status: RestoreStatus | null = null;

  constructor(
    parts: JobParts,
    { jobs, turns, events }: { readonly jobs: Jobs; readonly turns: Turns; readonly events: EventBus },
  ) {
    this.#parts = parts;
    this.#jobs = jobs;
    this.#turns = turns;
    this.#events = events;
  }

  get status(): RestoreStatus | null {
    return this.#status;
  }

  /** Whether a job is one of these that has the turn, or waits for it. */
  holdsTurn(jobId: JobId): boolean {
    return this.#holding.has(jobId);
  }

  restore(request: IntoRequest): StartedJob<IntoReport> {
    const { backupId: name, nodeId, automatic } = request;
    const ticket = this.#turns.ask();
    const spec = { kind: 'restore_backup', name, planId: null, planName: null, nodeId, automatic } as const;
    const job = this.#jobs.begin(spec, async (context) => {
      if (!ticket.atOnce) context.enter(null);
      await orAborted(ticket.ready, context.signal);
      const outcome = await restoreInto(this.#parts, request, context);
      await this.#look(request.userDir);
      // Told when it is known: who hears of it asks for the status.
      if (outcome.goesOn === true) context.enter('await_restart');
      return outcome;
    });
    this.#holding.add(job.jobId);
    holdTurn(ticket, job);
    const leave = (): void => {
      this.#holding.delete(job.jobId);
    };
    job.result.then(leave, leave);
    return job;
  }

  async undo(userDir: string, isRunning: boolean): Promise<IntoReport> {
    const kept = isRunning ? await this.#stageUndo(userDir) : await undoStopped(userDir);
    await this.#look(userDir);
    return reportOf(kept, userDir);
  }

  async #stageUndo(userDir: string): Promise<Kept> {
    const waiting = await openRestore(userDir);
    if (waiting !== null) {
      throw new BackupError(
        'busy',
        `A restore into ${userDir} waits for the next start of Node-RED. Cancel that one instead.`,
      );
    }
    const owner = formatIdentity(processIdentity());
    return change(await lastRestore(userDir), { phase: 'undo_staged', owner, announced: false });
  }

  /**
   * @param nodeId - whose restore it must be; null for any
   * @returns whether there was one that waited
   */
  async cancel(userDir: string, nodeId: string | null): Promise<boolean> {
    const kept = await openRestore(userDir);
    if (kept === null || (nodeId !== null && kept.journal.job.node_id !== nodeId)) return false;
    if (kept.journal.phase === 'undo_staged') await change(kept, { phase: 'confirmed', announced: true });
    else if (kept.journal.phase === 'staged') {
      await removeRestore(kept);
      this.#events.publish(canceledEvent(kept.journal));
    } else return false;
    await this.#look(userDir);
    return true;
  }

  async announce(userDir: string): Promise<void> {
    for (const kept of await keptRestores(userDir)) {
      const event = outcomeEvent(kept.journal);
      if (event === null) continue;
      if (event.event_type !== 'in_progress') {
        await change(kept, { announced: true });
        await this.#parts.journal.ended(event, null);
      }
      this.#tell(event);
    }
    await this.#look(userDir);
  }

  #tell(event: BackupEvent): void {
    this.#events.publish(event);
  }

  async #look(userDir: string): Promise<void> {
    const last = (await keptRestores(userDir)).at(-1);
    this.#status = last === undefined ? null : statusOf(last.journal);
  }
}

async function undoStopped(userDir: string): Promise<Kept> {
  checkStopped(userDir);
  await finishKilled(userDir);
  return undoAtOnce(userDir);
}

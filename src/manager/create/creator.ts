import { BackupError } from '../../errors.ts';
import { orAborted } from '../../io/abort.ts';
import type { BackupRequest } from '../../backup-request.ts';
import type { BackupRecord, PlanId } from '../../model.ts';
import { createBackup } from './create-backup.ts';
import type { JobParts } from '../jobs/job-parts.ts';
import type { Job } from '../jobs/job.ts';
import type { JobContext, Outcome } from '../jobs/job-run.ts';
import type { Jobs, JobSpec } from '../jobs/jobs.ts';
import { requestProblem } from '../request-problem.ts';
import { holdTurn, takeTurnSoon } from '../jobs/hold-turn.ts';
import { SharedJob } from '../jobs/shared-job.ts';
import type { Ticket, Turns } from '../jobs/turns.ts';

/** Takes requests for backups: lets them wait, join or be refused. */
export class Creator {
  readonly #parts: JobParts;
  readonly #jobs: Jobs;
  readonly #turns: Turns;
  readonly #waiting = new Map<PlanId, SharedJob<BackupRecord>>();

  constructor(parts: JobParts, jobs: Jobs, turns: Turns) {
    this.#parts = parts;
    this.#jobs = jobs;
    this.#turns = turns;
  }

  create(asked: BackupRequest): Job<BackupRecord> {
    // Before it is copied: what comes from a message may hold what cannot be.
    const problem = requestProblem(asked);
    if (problem !== null) return this.#refuse(asked, new BackupError('invalid_request', problem));
    const request = structuredClone(asked);
    if (request.whenBusy === 'refuse' && this.#turns.busy) return this.#refuse(request, busy());
    const waiting = this.#waiting.get(request.planId);
    return waiting === undefined || waiting.isCanceled ? this.#begin(request).handle() : waiting.handle();
  }

  #refuse(request: BackupRequest, error: BackupError): Job<BackupRecord> {
    return this.#jobs.begin(specOf(request), async (context): Promise<Outcome<BackupRecord>> => {
      await this.#parts.journal.attempted(context.identity, false);
      throw error;
    });
  }

  #begin(request: BackupRequest): SharedJob<BackupRecord> {
    const ticket = this.#turns.ask();
    const noLongerWaits = (): void => {
      if (this.#waiting.get(request.planId) === shared) this.#waiting.delete(request.planId);
    };
    const job = this.#jobs.begin(specOf(request), async (context) => {
      await this.#takeTurn(ticket, request, context);
      noLongerWaits();
      context.limit(request.timeoutMs);
      const backup = await createBackup(this.#parts, request, context);
      return { value: backup, backup };
    });
    holdTurn(ticket, job);
    job.result.then(noLongerWaits, noLongerWaits);
    const shared = new SharedJob(job);
    // Who is ready to wait does not join one that is not.
    if (!ticket.atOnce && request.whenBusy === 'wait') this.#waiting.set(request.planId, shared);
    return shared;
  }

  async #takeTurn(ticket: Ticket, request: BackupRequest, context: JobContext): Promise<void> {
    const { journal, clock } = this.#parts;
    if (!ticket.atOnce) context.enter(null);
    await journal.attempted(context.identity, true);
    await journal.running(context.identity, request.folder, clock.now());
    if (request.whenBusy === 'refuse') await takeTurnSoon(ticket, { clock, signal: context.signal }, busy());
    else await orAborted(ticket.ready, context.signal);
  }
}

function busy(): BackupError {
  const text = 'Another job is running. Try again when it is done, or let requests wait.';
  return new BackupError('busy', text, { temporary: true });
}

function specOf(request: BackupRequest): JobSpec {
  const { planId, planName, name, nodeId, automatic, late = false } = request;
  return { kind: 'create_backup', name, planId, planName, nodeId, automatic, late };
}

import { BackupError } from '../../errors.ts';
import { ownerOfSidecar } from '../../backup-names.ts';
import type { JobParts } from '../jobs/job-parts.ts';
import type { ReceiveJob } from '../jobs/job.ts';
import { holdTurn, takeTurnSoon } from '../jobs/hold-turn.ts';
import type { JobContext } from '../jobs/job-run.ts';
import type { Jobs } from '../jobs/jobs.ts';
import { receiveBackup } from './receive-backup.ts';
import type { ReceiveRequest } from '../requests.ts';
import { shownFileName } from './received-record.ts';
import type { Ticket, Turns } from '../jobs/turns.ts';

/**
 * Takes files that somebody brings. Who brings one does not wait in line: a browser would not hold out. But the one before may be about to
 * end, e.g. one that was cut off, whose sender comes again.
 */
export class Receiver {
  readonly #parts: JobParts;
  readonly #jobs: Jobs;
  readonly #turns: Turns;

  constructor(parts: JobParts, jobs: Jobs, turns: Turns) {
    this.#parts = parts;
    this.#jobs = jobs;
    this.#turns = turns;
  }

  receive(request: ReceiveRequest): ReceiveJob {
    const fileName = shownFileName(request.fileName);
    const refusal = this.#refusal(request, fileName);
    const ticket = refusal === null ? this.#turns.ask() : null;
    let arrived: () => void = () => undefined;
    let failed: (error: unknown) => void = () => undefined;
    const received = new Promise<void>((resolve, reject) => {
      arrived = resolve;
      failed = reject;
    });
    const spec = { planId: null, planName: null, nodeId: null, automatic: false } as const;
    const job = this.#jobs.begin({ kind: 'receive_backup', name: fileName, ...spec }, async (context) => {
      if (refusal !== null) throw refusal;
      if (ticket !== null) await this.#takeTurn(ticket, context);
      const backup = await receiveBackup(this.#parts, { ...request, fileName, arrived }, context);
      return { value: backup, backup };
    });
    if (ticket !== null) holdTurn(ticket, job);
    job.result.catch(failed);
    // Who asked may look at the result alone.
    received.catch(() => undefined);
    return { ...job, received };
  }

  #refusal({ size }: ReceiveRequest, fileName: string): BackupError | null {
    if (ownerOfSidecar(fileName) !== null || fileName.endsWith('.json')) {
      const what = `${fileName} is the small file that lies beside a backup.`;
      return new BackupError('invalid_request', `${what} Choose the archive, e.g. the one that ends in .tar.zst.`);
    }
    if (!Number.isSafeInteger(size) || size < 1) return new BackupError('invalid_request', 'size: the file is empty.');
    return this.#turns.busy ? busy() : null;
  }

  async #takeTurn(ticket: Ticket, context: JobContext): Promise<void> {
    if (!ticket.atOnce) context.enter(null);
    await takeTurnSoon(ticket, { clock: this.#parts.clock, signal: context.signal }, busy());
  }
}

function busy(): BackupError {
  const text = 'A backup is being made, received or restored. Upload the file when that is over.';
  return new BackupError('busy', text, { temporary: true });
}

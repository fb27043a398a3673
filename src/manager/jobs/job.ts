import type { JobKind } from '../../events.ts';
import type { JobId, PlanId, BackupRecord } from '../../model.ts';

/** One run of a verb. It belongs to the engine: who asked may go away and come back. */
export interface Job<T> {
  readonly jobId: JobId;
  readonly kind: JobKind;
  readonly planId: PlanId | null;
  readonly nodeId: string | null;
  /** Settles after the job's terminal event was published. Rejects only with `BackupError`. */
  readonly result: Promise<T>;
  /** Ends the job with `canceled`; does nothing once it has ended. */
  cancel(): void;
}

export interface ReceiveJob extends Job<BackupRecord> {
  /** Resolves when all bytes have come and are about to be looked at; rejects when the job fails before. */
  readonly received: Promise<void>;
}

import { BackupError } from '../../errors.ts';
import { KeyedLock } from '../../io/keyed-lock.ts';
import { deleteBackup, type ThinAlone } from './delete-backup.ts';
import type { DeleteReport, HeldGroup, ThinReport } from '../reports.ts';
import type { DeleteRequest, ThinRequest } from '../requests.ts';
import { thinLocation } from './thin-location.ts';
import type { ThinParts } from './thin-run.ts';

/** Thins locations, each in its turn, and independent of each other. */
export class Retention {
  readonly #parts: ThinParts;
  readonly #lock = new KeyedLock();
  readonly #closing = new AbortController();

  constructor(parts: ThinParts) {
    this.#parts = parts;
  }

  /**
   * Removes what the policy does not keep at one location.
   *
   * @throws BackupError when the location cannot be listed or the policy is not in order: nothing was removed then; `canceled`
   */
  async thin(request: ThinRequest, signal: AbortSignal): Promise<ThinReport> {
    const asked = structuredClone(request);
    const either = AbortSignal.any([signal, this.#closing.signal]);
    return this.#lock.run(asked.agentId, () => thinLocation(this.#parts, asked, either));
  }

  /** As `deleteBackup`: deletes one backup because somebody asked for it, at locations that are not being thinned meanwhile. */
  async delete(request: DeleteRequest, signal: AbortSignal): Promise<DeleteReport> {
    const either = AbortSignal.any([signal, this.#closing.signal]);
    const alone: ThinAlone = (agentId, work) => this.#lock.run(agentId, work);
    return deleteBackup(this.#parts, structuredClone(request), { signal: either, alone });
  }

  async held(): Promise<readonly HeldGroup[]> {
    const notes = await this.#parts.store.retention.all();
    return notes.flatMap(({ agent_id, instance_id, plan_id, held }) =>
      held === null ? [] : [{ agent_id, instance_id, plan_id, ...held }],
    );
  }

  /** Ends the runs; what they have not removed by then stays. */
  close(): void {
    this.#closing.abort(new BackupError('canceled', 'Retention was canceled because the engine was closed.'));
  }
}

/** Addresses that may be asked once: what a browser downloads by a link carries no login. Kept in memory alone. */
import { randomBytes } from 'node:crypto';
import { BackupError, systemClock, type AgentId, type BackupId } from '../../../src/index.ts';

/** What may be downloaded with it. */
export interface Ticket {
  readonly backupId: BackupId;
  readonly agentId: AgentId;
  readonly what: 'archive' | 'decrypted' | 'file';
  /** Of the file that is wanted; null for the archive. */
  readonly path: string | null;
  /** What the browser is to call it. */
  readonly file: string;
}

const VALID_MS = 60_000;
const TOKEN_BYTES = 24;
const MOST = 1000;

export class Tickets {
  readonly #tickets = new Map<string, { readonly ticket: Ticket; readonly until: number }>();

  /** @returns the token */
  issue(ticket: Ticket): string {
    this.#forgetOld();
    if (this.#tickets.size >= MOST) {
      throw new BackupError('busy', 'Too many downloads were asked for at once. Try again in a minute.');
    }
    const token = randomBytes(TOKEN_BYTES).toString('base64url');
    this.#tickets.set(token, { ticket, until: systemClock.monotonic() + VALID_MS });
    return token;
  }

  /** @returns null when there is none, it was used, or its time is over */
  redeem(token: string): Ticket | null {
    this.#forgetOld();
    const found = this.#tickets.get(token);
    this.#tickets.delete(token);
    return found?.ticket ?? null;
  }

  #forgetOld(): void {
    for (const [token, { until }] of this.#tickets) if (until < systemClock.monotonic()) this.#tickets.delete(token);
  }
}

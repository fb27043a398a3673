import { parseIso } from '../../clock.ts';
import { BackupError, serializeError, toBackupError } from '../../errors.ts';
import type { AgentId, BackupId } from '../../model.ts';
import { KeyedLock } from '../../io/keyed-lock.ts';
import type { OrphanCopy } from '../../store/copy-files.ts';
import { Alarm } from './alarm.ts';
import { mayPass, pauseAfter } from './copy-pauses.ts';
import type { PendingCopy } from '../reports.ts';
import type { EngineParts } from '../engine-parts.ts';
import { adoptedEntry, newEntry, storedCopy } from './pending-entry.ts';
import type { CopyTask, PendingEntry } from './pending-entry.ts';

export interface PendingOptions {
  readonly parts: Pick<EngineParts, 'clock' | 'store' | 'registry' | 'warn'>;
  /** Begins a later try, which calls `beginTry` first and ends with `forget` or `failed`. */
  readonly run: (entry: PendingEntry) => void;
  /** What earlier processes left. */
  readonly orphans: readonly OrphanCopy[];
}

const keyOf = ({ backup_id, agent_id }: { readonly backup_id: BackupId; readonly agent_id: AgentId }): string =>
  JSON.stringify([backup_id, agent_id]);

/** The copies that have not come to their end, in memory and on disk, and the timer that wakes them. */
export class PendingCopies {
  readonly #parts: PendingOptions['parts'];
  readonly #run: PendingOptions['run'];
  readonly #entries = new Map<string, PendingEntry>();
  readonly #lock = new KeyedLock();
  readonly #stopListening: () => void;
  readonly #alarm: Alarm;
  #stopped = false;

  constructor({ parts, run, orphans }: PendingOptions) {
    this.#parts = parts;
    this.#run = run;
    for (const orphan of orphans) this.#entries.set(keyOf(orphan.copy), adoptedEntry(orphan, parts.clock));
    this.#alarm = new Alarm(parts.clock, () => {
      this.#wake();
    });
    this.#stopListening = parts.registry.onChange(() => {
      this.#wake();
    });
    this.#arm();
  }

  /** Those that wait, oldest first. */
  waiting(): readonly PendingCopy[] {
    return [...this.#entries.values()]
      .filter(({ running }) => !running)
      .map((entry) => storedCopy(entry, this.#parts.clock))
      .sort((a, b) => parseIso(a.since) - parseIso(b.since))
      .map(({ backup_id, agent_id, node_id, tries, next_try, until, last_error }) => {
        const shared = { backup_id, agent_id, node_id, tries, next_try, until };
        return { ...shared, last_error: last_error ?? serializeError(INTERRUPTED) };
      });
  }

  /** Whether a copy of the backup runs or waits. */
  has(backupId: BackupId): boolean {
    return [...this.#entries.values()].some(({ task }) => task.backup_id === backupId);
  }

  /** Notes the first try of a copy, which takes the place of an earlier one of the same backup to the same location. */
  async begin(task: CopyTask, retryForMs: number): Promise<PendingEntry> {
    const before = this.#entries.get(keyOf(task));
    const entry = newEntry(task, retryForMs, this.#parts.clock);
    this.#entries.set(keyOf(task), entry);
    if (before !== undefined) await this.#takeOver(before);
    await this.beginTry(entry);
    return entry;
  }

  /**
   * Notes that a try begins, and when the next one would be: if the process dies in it, a later process tries then. The last try is
   * not repeated by anyone.
   */
  async beginTry(entry: PendingEntry): Promise<void> {
    entry.tries++;
    entry.due = this.#nextDue(entry);
    await this.#save(entry);
  }

  /** The copy is there, or will never be. */
  async forget(entry: PendingEntry): Promise<void> {
    if (!this.#isCurrent(entry)) return;
    this.#entries.delete(keyOf(entry.task));
    await this.#takeOver(entry);
    await this.#save(entry);
    this.#arm();
  }

  /**
   * A try has failed.
   *
   * @returns when the next one is (ISO), null when there is none
   */
  async failed(entry: PendingEntry, error: BackupError): Promise<string | null> {
    if (!this.#isCurrent(entry)) return null;
    if (this.#isLast(entry) || !(this.#stopped || mayPass(error))) {
      await this.forget(entry);
      return null;
    }
    entry.lastError = serializeError(error);
    entry.due = this.#nextDue(entry);
    entry.running = false;
    await this.#save(entry);
    this.#arm();
    return storedCopy(entry, this.#parts.clock).next_try;
  }

  /** Forgets the copies of a node; the tries that run are no longer repeated. */
  async cancel(nodeId: string): Promise<void> {
    const theirs = [...this.#entries.values()].filter(({ task }) => task.node_id === nodeId);
    await Promise.all(theirs.map((entry) => this.forget(entry)));
  }

  /** No try begins any more, and what is canceled from now on waits for a later start. */
  stop(): void {
    this.#stopped = true;
    this.#stopListening();
    this.#alarm.cancel();
  }

  /** Leaves the files to whoever comes next. */
  async release(): Promise<void> {
    const ours = [...this.#entries.values()].filter(({ claim }) => claim === null);
    await Promise.all(ours.map((entry) => this.#quietly(entry, () => this.#parts.store.copies.release(entry.task))));
  }

  #isCurrent(entry: PendingEntry): boolean {
    return this.#entries.get(keyOf(entry.task)) === entry;
  }

  #isLast({ deadline }: PendingEntry): boolean {
    return this.#parts.clock.monotonic() >= deadline;
  }

  #nextDue({ tries, deadline }: PendingEntry): number {
    return Math.min(this.#parts.clock.monotonic() + pauseAfter(tries, Math.random()), deadline);
  }

  /** Brings the disk to what is known here of a backup and a location. */
  async #save({ task }: PendingEntry): Promise<void> {
    const { store, clock } = this.#parts;
    await this.#quietly({ task }, async () => {
      const current = this.#entries.get(keyOf(task));
      if (current === undefined || this.#isLast(current)) await store.copies.remove(task);
      else await store.copies.write(storedCopy(current, clock));
    });
  }

  async #quietly({ task }: Pick<PendingEntry, 'task'>, work: () => Promise<unknown>): Promise<void> {
    await this.#lock.run(keyOf(task), work).catch((error: unknown) => {
      this.#parts.warn(toBackupError(error).message);
    });
  }

  #arm(): void {
    if (this.#stopped) return;
    const now = this.#parts.clock.monotonic();
    const waiting = [...this.#entries.values()].filter(({ running }) => !running);
    this.#alarm.set(waiting.map(({ due, deadline }) => (due > now ? due : deadline)));
  }

  #wake(): void {
    if (this.#stopped) return;
    const now = this.#parts.clock.monotonic();
    const there = new Set(this.#parts.registry.all().map(({ id }) => id));
    for (const entry of this.#entries.values()) {
      if (entry.running || entry.due > now) continue;
      if (there.has(entry.task.agent_id) || entry.deadline <= now) void this.#start(entry);
    }
    this.#arm();
  }

  async #start(entry: PendingEntry): Promise<void> {
    entry.running = true;
    const isOurs = await this.#takeOver(entry);
    if (!this.#isCurrent(entry)) return;
    if (isOurs && !this.#stopped) this.#run(entry);
    else if (isOurs) entry.running = false;
    else this.#entries.delete(keyOf(entry.task));
  }

  /** @returns false when another process was quicker */
  async #takeOver(entry: PendingEntry): Promise<boolean> {
    const { claim } = entry;
    if (claim === null) return true;
    entry.claim = null;
    return claim().catch((error: unknown) => {
      this.#parts.warn(toBackupError(error).message);
      return false;
    });
  }
}

const INTERRUPTED = new BackupError('interrupted', 'The process ended before the copy was done.');

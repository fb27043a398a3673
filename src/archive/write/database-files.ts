import { fstatSync, type BigIntStats } from 'node:fs';
import { DatabaseCopier } from '../sqlite/database-copier.ts';
import { OpenFiles } from '../sqlite/open-files.ts';
import { COMPANIONS, journalModeOf, mayBeDatabase } from '../sqlite/recognise.ts';
import { openForReading } from './file-reader.ts';

/** Writers that wait longer than this may have failed: many give up after a second. */
const LONG_MS = 1000;
const LOCK_ENDING = Buffer.from('-shm');

/** A sound copy of a database, opened. */
interface OpenCopy {
  readonly fd: number;
  readonly stat: BigIntStats;
  /** As in `CopyReply`. */
  readonly why: string | null;
}

/** What a file turned out to be. */
export type LookedAt =
  /** To be read like any other file; `why` says what is wrong with that, null when nothing is. */
  { readonly kind: 'file'; readonly why: string | null } | { readonly kind: 'copy'; readonly copy: OpenCopy };

/** The SQLite databases among the files of one backup. */
export class DatabaseFiles {
  /** For the log: what people should know and no file has lost. */
  readonly notes: string[] = [];
  readonly #copier: DatabaseCopier;
  readonly #open = new OpenFiles();
  /** Members that lie beside databases and are not needed to open their copies; bytes as latin1. */
  readonly #leftOut = new Set<string>();

  /** @param copy - absolute path where copies are made, one after the other */
  constructor(copy: string, signal: AbortSignal) {
    this.#copier = new DatabaseCopier(copy, signal);
  }

  /** Whether a member belongs to a database whose copy does without. */
  isLeftOut(name: Buffer): boolean {
    return this.#leftOut.size > 0 && this.#leftOut.has(name.toString('latin1'));
  }

  /** Whether a file must not be opened here before it is known that it is no database: this process has it open. */
  isHeldHere(stat: BigIntStats): boolean {
    return mayBeDatabase(stat) && this.#open.has(stat);
  }

  /** Whether a file is where SQLite keeps locks, so that it must not be opened here when this process has it open. Nobody needs a copy. */
  isLockFile(name: Buffer): boolean {
    return name.subarray(-LOCK_ENDING.length).equals(LOCK_ENDING);
  }

  /** Whether an open file is a database. */
  isDatabase(fd: number, stat: BigIntStats): boolean {
    return mayBeDatabase(stat) && journalModeOf(fd) !== null;
  }

  /** Has a file copied if it is a database. Rejects only when the job was ended. */
  async lookAt(path: Buffer, name: Buffer): Promise<LookedAt> {
    const reply = await this.#copier.ask(path);
    if (reply.kind === 'none') return { kind: 'file', why: reply.why };
    this.#leaveOut(name, reply.why === null);
    this.#note(path, reply.heldMs);
    try {
      const fd = openForReading(Buffer.from(this.#copier.copy));
      return { kind: 'copy', copy: { fd, stat: fstatSync(fd, { bigint: true }), why: reply.why } };
    } catch (error) {
      return { kind: 'file', why: `its copy could not be read (${String(error)}), so it was read like any other file` };
    }
  }

  /** Removes the last copy. */
  discard(): void {
    this.#copier.discard();
  }

  async close(): Promise<void> {
    await this.#copier.close();
  }

  /** SQLite makes the index of a log anew; without a sound copy the others may save what can be saved. */
  #leaveOut(name: Buffer, isSound: boolean): void {
    const member = name.toString('latin1');
    for (const ending of isSound ? COMPANIONS : (['-shm'] as const)) this.#leftOut.add(`${member}${ending}`);
  }

  #note(path: Buffer, heldMs: number): void {
    if (heldMs < LONG_MS) return;
    const what = `Programs that write to ${path.toString()} had to wait for ${(heldMs / 1000).toFixed(1)} s while it was copied.`;
    this.notes.push(`${what} In WAL mode (PRAGMA journal_mode=WAL) they would not.`);
  }
}

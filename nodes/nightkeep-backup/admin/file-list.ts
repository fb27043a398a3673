/** The members of backups, remembered for a while: somebody who looks through a tree asks for the same list again and again. */
import { systemClock, type AgentId, type BackupId, type Engine, type FileEntry } from '../../../src/index.ts';

/** One member, as the tree shows it. */
export interface ShownFile {
  readonly path: string;
  readonly kind: FileEntry['type'];
  /** Bytes; 0 for what is no file. */
  readonly size: number;
  /** Seconds since the epoch as text, up to nine decimals. */
  readonly mtime: string;
}

interface Known {
  readonly files: readonly ShownFile[];
  /** On the monotonic clock. */
  readonly until: number;
}

/** Of all backups that are remembered: some 20 MB. A longer list is read anew each time. */
const MOST_FILES = 100_000;
const KEPT_MS = 5 * 60_000;
/** So many are looked at before others get their turn. */
const AT_ONCE = 500;

export class FileLists {
  readonly #known = new Map<string, Known>();

  /** In the order of the archive: a folder before what is in it. */
  async *read(
    engine: Engine,
    { backupId, agentId }: { readonly backupId: BackupId; readonly agentId: AgentId },
    signal: AbortSignal,
  ): AsyncGenerator<ShownFile, void, undefined> {
    const key = JSON.stringify([backupId, agentId]);
    this.#forgetOld();
    const known = this.#known.get(key);
    if (known !== undefined) {
      yield* known.files;
      return;
    }
    let kept: ShownFile[] | null = [];
    let count = 0;
    for await (const { path, type: kind, size, mtime } of engine.files(backupId, agentId, signal)) {
      const file = { path, kind, size, mtime };
      if (kept?.length === MOST_FILES) kept = null;
      kept?.push(file);
      yield file;
      if (++count % AT_ONCE === 0) await letOthers();
    }
    if (kept !== null) this.#keep(key, kept);
  }

  #keep(key: string, files: readonly ShownFile[]): void {
    this.#known.set(key, { files, until: systemClock.monotonic() + KEPT_MS });
    const total = (): number => [...this.#known.values()].reduce((sum, known) => sum + known.files.length, 0);
    for (const oldest of this.#known.keys()) {
      if (total() <= MOST_FILES) return;
      this.#known.delete(oldest);
    }
  }

  #forgetOld(): void {
    for (const [key, { until }] of this.#known) if (until < systemClock.monotonic()) this.#known.delete(key);
  }
}

function letOthers(): Promise<void> {
  return new Promise((resolve) => {
    systemClock.setTimer(0, resolve);
  });
}

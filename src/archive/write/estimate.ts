/** How much there is to back up, counted in a thread of its own while the packing already goes on. */
import { Worker } from 'node:worker_threads';
import { systemClock, type Timer } from '../../clock.ts';
import { BackupError } from '../../errors.ts';
import { startedModule } from '../../io/started-module.ts';
import type { FolderToCount } from './count-files.ts';
import type { SourceRoot } from './source-root.ts';

export interface Estimate {
  readonly files: number;
  readonly bytes: number;
}

/** What the counting thread is given. */
export interface EstimateData {
  readonly folders: readonly FolderToCount[];
  readonly niceness: number;
}

/** A backup that is done by then needs no percent, and the machine no further thread. */
const START_AFTER_MS = 5_000;

export class Estimator {
  /** Null until the counting is done. */
  known: Estimate | null = null;
  readonly #roots: readonly SourceRoot[];
  readonly #niceness: number;
  readonly #timer: Timer;
  #worker: Worker | null = null;
  #counted: Promise<Estimate> | null = null;

  constructor(roots: readonly SourceRoot[], niceness: number) {
    this.#roots = roots;
    this.#niceness = niceness;
    this.#timer = systemClock.setTimer(START_AFTER_MS, () => {
      // Without an estimate there is no percent, and that is all.
      this.wait().catch(() => undefined);
    });
  }

  /** Begins to count at once when it has not begun yet. */
  wait(): Promise<Estimate> {
    this.#counted ??= this.#count();
    return this.#counted;
  }

  async close(): Promise<void> {
    this.#timer.cancel();
    await this.#worker?.terminate();
  }

  async #count(): Promise<Estimate> {
    const roots = this.#roots.flatMap((root) => [root, ...root.folders]);
    const folders = roots.filter((root) => root.stat.isDirectory()).map(({ path, rules }) => ({ path, rules }));
    const single = roots.filter((root) => !root.stat.isDirectory()).map((root) => Number(root.stat.size));
    const entry = startedModule('archive/write/estimate-worker');
    const data: EstimateData = { folders, niceness: this.#niceness };
    const worker = new Worker(entry, { workerData: data });
    this.#worker = worker;
    const counted = await new Promise<Estimate>((resolve, reject) => {
      worker.once('message', resolve);
      worker.once('error', (cause: Error) => {
        reject(new BackupError('archive_failed', `Counting the files failed: ${cause.message}`, { cause }));
      });
      worker.once('exit', () => {
        reject(new BackupError('archive_failed', 'Counting the files ended without a result.'));
      });
    });
    const bytes = single.reduce((sum, size) => sum + size, counted.bytes);
    this.known = { files: counted.files + single.length, bytes };
    return this.known;
  }
}

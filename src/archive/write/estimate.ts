/** How much there is to back up, counted in a thread of its own while the packing already goes on. */
import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import { BackupError } from '../../errors.ts';
import type { SourceRoot } from './source-roots.ts';
import type { WalkRules } from './walk.ts';

export interface Estimate {
  readonly files: number;
  readonly bytes: number;
}

/** What the counting thread is given. */
export interface EstimateData {
  readonly folders: readonly { readonly path: Uint8Array; readonly rules: WalkRules }[];
  readonly niceness: number;
}

export class Estimator {
  /** Null until the counting is done. */
  known: Estimate | null = null;
  readonly #worker: Worker;
  readonly #done: Promise<Estimate>;

  constructor(roots: readonly SourceRoot[], niceness: number) {
    const folders = roots.filter((root) => root.stat.isDirectory()).map(({ path, rules }) => ({ path, rules }));
    const single = roots.filter((root) => !root.stat.isDirectory()).map((root) => Number(root.stat.size));
    const entry = new URL(`./estimate-worker${extname(import.meta.url)}`, import.meta.url);
    this.#worker = new Worker(entry, { workerData: { folders, niceness } satisfies EstimateData });
    this.#done = new Promise<Estimate>((resolve, reject) => {
      this.#worker.once('message', (counted: Estimate) => {
        const bytes = single.reduce((sum, size) => sum + size, counted.bytes);
        this.known = { files: counted.files + single.length, bytes };
        resolve(this.known);
      });
      this.#worker.once('error', (cause: Error) => {
        reject(new BackupError('archive_failed', `Counting the files failed: ${cause.message}`, { cause }));
      });
      this.#worker.once('exit', () => {
        reject(new BackupError('archive_failed', 'Counting the files ended without a result.'));
      });
    });
    // It may never be asked for.
    this.#done.catch(() => undefined);
  }

  wait(): Promise<Estimate> {
    return this.#done;
  }

  async close(): Promise<void> {
    await this.#worker.terminate();
  }
}

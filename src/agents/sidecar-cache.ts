import type { Clock } from '../clock.ts';
import type { StoredFile } from './file-store.ts';
import type { SidecarReading } from './sidecar.ts';

/** A file that was changed less long ago may be changed again without a change of its time, which counts seconds on some servers. */
const SETTLED_MS = 3_000;

interface Known {
  readonly size: number;
  readonly modifiedMs: number;
  readonly reading: SidecarReading;
}

/** What the sidecars of a location said when they were last read, for as long as their size and time stay the same. */
export class SidecarCache {
  readonly #clock: Clock;
  #known = new Map<string, Known>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get({ name, size, modifiedMs }: StoredFile): SidecarReading | null {
    const known = this.#known.get(name);
    return known?.size === size && known.modifiedMs === modifiedMs ? known.reading : null;
  }

  set({ name, size, modifiedMs }: StoredFile, reading: SidecarReading): void {
    // The server's clock may be ahead as well as behind.
    if (Math.abs(this.#clock.now() - modifiedMs) < SETTLED_MS) return;
    this.#known.set(name, { size, modifiedMs, reading });
  }

  /** Forgets what is not among these any more. */
  keep(files: readonly StoredFile[]): void {
    const names = new Set(files.map(({ name }) => name));
    this.#known = new Map([...this.#known].filter(([name]) => names.has(name)));
  }
}

/** Follows what the processes of a stage tell, see progress.ts. */
import { closeSync, openSync, readSync } from 'node:fs';
import type { Step } from './progress.ts';

interface Place {
  readonly file: string;
  readonly fileSince: number;
  readonly test: string | null;
  readonly since: number;
  readonly did: string | null;
}

export interface FileTime {
  readonly file: string;
  readonly seconds: number;
}

const CHUNK_BYTES = 64 * 1024;

export class FollowedTests {
  readonly #path: string;
  readonly #places = new Map<number, Place>();
  readonly #ended: FileTime[] = [];
  #offset = 0;
  #rest = '';
  #tests = 0;

  constructor(path: string) {
    this.#path = path;
  }

  /** @returns whether something was told since the last look */
  look(): boolean {
    const text = this.#rest + this.#readOn();
    const lines = text.split('\n');
    this.#rest = lines.pop() ?? '';
    for (const line of lines) this.#take(JSON.parse(line) as Step);
    return lines.length > 0;
  }

  /** What runs now, oldest first. */
  running(now: number): readonly string[] {
    const places = [...this.#places.values()].sort((a, b) => a.since - b.since);
    return places.map(({ file, test, since, did }) => {
      const seconds = Math.round((now - since) / 1000);
      return `${file}: ${test ?? 'between tests'}, for ${String(seconds)} s${did === null ? '' : ` (${did})`}`;
    });
  }

  /** What was done so far, in words. */
  done(): string {
    return `${String(this.#ended.length)} files, ${String(this.#tests)} tests`;
  }

  slowest(count: number): readonly FileTime[] {
    return this.#ended.toSorted((a, b) => b.seconds - a.seconds).slice(0, count);
  }

  #readOn(): string {
    const descriptor = openSync(this.#path, 'a+');
    try {
      const parts: Buffer[] = [];
      for (;;) {
        const part = Buffer.alloc(CHUNK_BYTES);
        const count = readSync(descriptor, part, 0, CHUNK_BYTES, this.#offset);
        if (count === 0) return Buffer.concat(parts).toString();
        this.#offset += count;
        parts.push(part.subarray(0, count));
      }
    } finally {
      closeSync(descriptor);
    }
  }

  #take({ pid, at, what, name }: Step): void {
    const place = this.#places.get(pid);
    if (what === 'file') {
      this.#places.set(pid, { file: name, fileSince: at, test: null, since: at, did: null });
    } else if (place === undefined) {
      // A process that a test started, and that was told to tell as well.
    } else if (what === 'did') {
      this.#places.set(pid, { ...place, did: name });
    } else if (what === 'file end') {
      this.#places.delete(pid);
      this.#ended.push({ file: place.file, seconds: (at - place.fileSince) / 1000 });
    } else {
      if (what === 'test end') this.#tests++;
      this.#places.set(pid, { ...place, test: what === 'test' ? name : null, since: at, did: null });
    }
  }
}

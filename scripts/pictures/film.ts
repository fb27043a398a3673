/** An animated picture, made of what a page shows while something is done in it. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import type { Page } from 'playwright-core';

const FRAME_MS = 200;
const QUALITY = '60';

interface Frame {
  readonly file: string;
  readonly atMs: number;
}

export class Film {
  readonly #page: Page;
  readonly #folder = mkdtempSync(join(tmpdir(), 'nightkeep-film-'));
  readonly #frames: Frame[] = [];
  readonly #began = performance.now();
  readonly #recorded: Promise<void>;
  #isOver = false;

  /** Begins at once. */
  constructor(page: Page) {
    this.#page = page;
    this.#recorded = this.#record();
    // It is awaited at the end; until then a failure must not count as unhandled.
    this.#recorded.catch(() => undefined);
  }

  async #record(): Promise<void> {
    while (!this.#isOver) {
      const atMs = performance.now() - this.#began;
      const file = join(this.#folder, `${String(this.#frames.length).padStart(5, '0')}.png`);
      await this.#page.screenshot({ path: file });
      this.#frames.push({ file, atMs });
      await setTimeout(Math.max(0, FRAME_MS - (performance.now() - this.#began - atMs)));
    }
  }

  /** Ends it, and writes it as an animated WebP. */
  async writeTo(path: string): Promise<void> {
    this.#isOver = true;
    await this.#recorded;
    try {
      const end = performance.now() - this.#began;
      const shown = this.#frames.flatMap(({ file, atMs }, i) => {
        const until = this.#frames[i + 1]?.atMs ?? end;
        return ['-lossy', '-q', QUALITY, '-d', String(Math.max(1, Math.round(until - atMs))), file];
      });
      const { status, stderr } = spawnSync('img2webp', ['-loop', '0', ...shown, '-o', path], { encoding: 'utf8' });
      if (status !== 0) throw new Error(`img2webp failed: ${stderr}`);
    } finally {
      rmSync(this.#folder, { recursive: true });
    }
  }
}

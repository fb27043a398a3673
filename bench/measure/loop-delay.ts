/**
 * Loaded into Node-RED: watches its event loop and its memory. The first SIGWINCH (Node-RED leaves that one alone) starts the watch,
 * the second one writes what it saw to the file that BENCH_DELAY_FILE names.
 */
import { renameSync, writeFileSync } from 'node:fs';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { isMainThread } from 'node:worker_threads';

/** Milliseconds, and bytes of the whole process. */
export interface LoopDelay {
  readonly p99: number;
  readonly max: number;
  readonly memoryBefore: number;
  readonly memoryPeak: number;
}

const SAMPLE_MS = 20;

const file = process.env['BENCH_DELAY_FILE'];
if (isMainThread && file !== undefined) {
  const delay = monitorEventLoopDelay({ resolution: 1 });
  let watching = false;
  let memoryBefore = 0;
  let memoryPeak = 0;
  const look = (): void => {
    memoryPeak = Math.max(memoryPeak, process.memoryUsage.rss());
  };
  process.on('SIGWINCH', () => {
    if (!watching) {
      memoryBefore = process.memoryUsage.rss();
      setInterval(look, SAMPLE_MS);
      watching = delay.enable();
      return;
    }
    delay.disable();
    look();
    const seen: LoopDelay = { p99: delay.percentile(99) / 1e6, max: delay.max / 1e6, memoryBefore, memoryPeak };
    writeFileSync(`${file}.new`, JSON.stringify(seen));
    renameSync(`${file}.new`, file);
  });
}

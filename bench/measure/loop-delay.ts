/**
 * Loaded into Node-RED: watches its event loop. The first SIGWINCH (Node-RED leaves that one alone) starts the watch, the
 * second one writes what it saw, in milliseconds, to the file that BENCH_DELAY_FILE names.
 */
import { renameSync, writeFileSync } from 'node:fs';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { isMainThread } from 'node:worker_threads';

export interface LoopDelay {
  readonly p99: number;
  readonly max: number;
}

const file = process.env['BENCH_DELAY_FILE'];
if (isMainThread && file !== undefined) {
  const delay = monitorEventLoopDelay({ resolution: 1 });
  let watching = false;
  process.on('SIGWINCH', () => {
    if (!watching) {
      watching = delay.enable();
      return;
    }
    delay.disable();
    const seen: LoopDelay = { p99: delay.percentile(99) / 1e6, max: delay.max / 1e6 };
    writeFileSync(`${file}.new`, JSON.stringify(seen));
    renameSync(`${file}.new`, file);
  });
}

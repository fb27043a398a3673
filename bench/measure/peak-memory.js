/** Loaded into a process that is measured: leaves its peak memory behind when it ends. Not TypeScript, whose loading takes memory. */
import { readFileSync, writeFileSync } from 'node:fs';
import { isMainThread } from 'node:worker_threads';

const file = process.env['BENCH_PEAK_FILE'];
if (isMainThread && file !== undefined) {
  process.on('exit', () => {
    const kilobytes = /^VmHWM:\s*(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1];
    writeFileSync(file, kilobytes ?? '');
  });
}

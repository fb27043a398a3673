import { median } from './alternate.ts';
import type { LoopDelay } from './loop-delay.ts';
import type { Row } from './row.ts';

/** @param when - e.g. "while B is saved" */
export function delayRows(when: string, seen: readonly LoopDelay[]): Row[] {
  const row = { rival: '', unit: ' ms' };
  const p99 = median(seen.map((one) => one.p99));
  const max = median(seen.map((one) => one.max));
  return [
    {
      ...row,
      figure: `event-loop delay in Node-RED ${when}, p99`,
      ours: `${p99.toFixed(1)} ms`,
      score: p99,
      atLeast: 10,
      aim: 5,
    },
    { ...row, figure: 'the same, max', ours: `${max.toFixed(1)} ms`, score: max, atLeast: 50, aim: 20 },
  ];
}

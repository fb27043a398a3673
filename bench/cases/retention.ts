/** What a policy with every rule keeps of 100,000 backups. */
import { applyRetention } from '../../src/retention/apply-retention.ts';
import { median } from '../measure/alternate.ts';
import { seconds } from '../measure/format.ts';
import type { BenchCase } from '../measure/row.ts';

const COUNT = 100_000;
const ROUNDS = 9;
const HOUR_MS = 3_600_000;
const NOW = Date.UTC(2026, 10, 20);

const POLICY = {
  keep_last: 10,
  keep_hourly: 24,
  keep_daily: 7,
  keep_weekly: 4,
  keep_monthly: 12,
  keep_yearly: -1,
  keep_within: '2d',
  keep_within_daily: '1m',
  keep_within_weekly: '1y',
};

/** One an hour, in no order. */
function backups(): readonly { readonly backup_id: string; readonly date: string }[] {
  return Array.from({ length: COUNT }, (_, index) => {
    const hour = (index * 7919) % COUNT;
    const date = new Date(NOW - hour * HOUR_MS).toISOString().replace('Z', '+00:00');
    return { backup_id: `20261120T020000Z-${hour.toString(16).padStart(8, '0')}`, date };
  });
}

export const retention: BenchCase = {
  name: 'retention',
  run() {
    const list = backups();
    const times = Array.from({ length: ROUNDS }, () => {
      const started = performance.now();
      applyRetention(list, POLICY, NOW);
      return performance.now() - started;
    });
    const time = median(times);
    const figure = `retention rules over ${COUNT.toLocaleString('en')} backups`;
    return Promise.resolve([
      { figure, ours: seconds(time), rival: '', score: time / 1000, unit: ' s', atLeast: 0.5, aim: 0.25 },
    ]);
  },
};

/** Histories and policies that restic is asked about: clock changes, zones, gaps, bursts, ends of months and years. */
import type { RetentionPolicy } from '../../src/retention/policy.ts';
import type { History } from './restic.ts';

const DAY_MS = 86_400_000;
const text = (ms: number): string => new Date(ms).toISOString().slice(0, 19).replace('T', ' ');

/** Repeatable numbers from 0 to 1. */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

type Times = History['times'];

function every(start: number, stepMs: number, { count, zone }: { count: number; zone: string }): Times {
  return Array.from({ length: count }, (_, index) => [text(start + index * stepMs), zone] as const);
}

function scattered(
  seed: number,
  spanDays: number,
  { count, zones }: { count: number; zones: readonly string[] },
): Times {
  const next = random(seed);
  return Array.from({ length: count }, () => {
    const zone = zones[Math.floor(next() * zones.length)] ?? 'UTC';
    return [text(Date.UTC(2025, 11, 31) - Math.floor(next() * spanDays * 86_400) * 1000), zone] as const;
  });
}

const ZONES = ['UTC', 'Europe/Berlin', 'Pacific/Auckland', 'America/New_York', 'Asia/Kolkata', 'America/St_Johns'];

export const HISTORIES: readonly History[] = [
  { host: 'nightly', times: every(Date.UTC(2025, 9, 1, 3), DAY_MS, { count: 40, zone: 'Europe/Berlin' }) },
  {
    host: 'hours-at-clock-change',
    times: every(Date.UTC(2025, 9, 25, 20), 3_600_000, { count: 14, zone: 'Europe/Berlin' }),
  },
  { host: 'weekly', times: every(Date.UTC(2024, 10, 24, 23, 30), 7 * DAY_MS, { count: 30, zone: 'America/New_York' }) },
  { host: 'monthly', times: every(Date.UTC(2022, 0, 31, 12), 30.4 * DAY_MS, { count: 30, zone: 'UTC' }) },
  { host: 'new-year', times: every(Date.UTC(2020, 11, 26, 22), 0.5 * DAY_MS, { count: 24, zone: 'UTC' }) },
  { host: 'one', times: [['2025-02-28 23:59:59', 'Asia/Kolkata']] },
  {
    host: 'month-ends',
    times: ['01-31', '02-28', '03-01', '03-02', '03-03', '03-31', '04-30', '05-31'].map(
      (day) => [`2025-${day} 12:00:00`, 'UTC'] as const,
    ),
  },
  { host: 'burst', times: every(Date.UTC(2025, 5, 1, 10), 1_800_000, { count: 20, zone: 'UTC' }) },
  { host: 'scattered-days', times: scattered(1, 30, { count: 30, zones: ZONES }) },
  { host: 'scattered-months', times: scattered(2, 400, { count: 30, zones: ZONES }) },
  { host: 'scattered-years', times: scattered(3, 3000, { count: 30, zones: ZONES }) },
];

export const POLICIES: readonly RetentionPolicy[] = [
  { keep_last: 1 },
  { keep_last: 5 },
  { keep_last: -1 },
  { keep_hourly: 3 },
  { keep_hourly: 24 },
  { keep_daily: 1 },
  { keep_daily: 7 },
  { keep_daily: -1 },
  { keep_weekly: 1 },
  { keep_weekly: 4 },
  { keep_weekly: -1 },
  { keep_monthly: 2 },
  { keep_monthly: 12 },
  { keep_yearly: 1 },
  { keep_yearly: 3 },
  { keep_yearly: -1 },
  { keep_daily: 7, keep_weekly: 4, keep_monthly: 6 },
  { keep_daily: 7, keep_weekly: 4, keep_monthly: 6, keep_yearly: 2 },
  { keep_last: 2, keep_hourly: 6, keep_daily: 3, keep_weekly: 2, keep_monthly: 2, keep_yearly: 2 },
  { keep_last: 3, keep_yearly: -1 },
  { keep_within: '1h' },
  { keep_within: '1d' },
  { keep_within: '7d12h' },
  { keep_within: '1m' },
  { keep_within: '2m' },
  { keep_within: '1y' },
  { keep_within: '1y2m3d4h' },
  { keep_within_hourly: '1d' },
  { keep_within_daily: '10d' },
  { keep_within_daily: '1m' },
  { keep_within_weekly: '2m' },
  { keep_within_monthly: '1y' },
  { keep_within_yearly: '5y' },
  { keep_within: '2d', keep_within_daily: '14d', keep_within_weekly: '2m', keep_within_monthly: '1y' },
  { keep_last: 1, keep_daily: 3, keep_within: '36h', keep_within_weekly: '1m' },
  { keep_monthly: 3, keep_within_hourly: '6h' },
];

/** Size and duration of the last backups as the places of bars and a line. Pure. */
import type { Run } from '../answers.ts';

export interface ChartRun {
  readonly date: string;
  readonly isComplete: boolean;
  readonly size: number | null;
  readonly seconds: number | null;
}

export interface ChartBar extends ChartRun {
  /** In the units of the chart, from its left and from its top. */
  readonly x: number;
  readonly width: number;
  readonly y: number;
  readonly height: number;
  /** Where the line of durations passes; null where it has no point. */
  readonly lineY: number | null;
}

export interface Chart {
  readonly bars: readonly ChartBar[];
  readonly mostBytes: number;
  readonly mostSeconds: number;
  /** For a `polyline`. */
  readonly line: string;
}

export interface ChartFrame {
  readonly width: number;
  readonly height: number;
}

const MOST_BARS = 60;
/** So many have room: a few are no wider. */
const FEWEST = 14;
const GAP = 0.25;
/** Free above, so that the line is not cut. */
const TOP = 3;
/** A run without an archive is a stub at the bottom. */
const STUB = 3;

/** The last runs that made a backup, or failed to. */
export function chartRuns(history: readonly Run[]): readonly ChartRun[] {
  return history
    .filter(({ manager_state }) => manager_state === 'create_backup')
    .slice(-MOST_BARS)
    .map(({ date, outcome, size, seconds }) => ({
      date,
      isComplete: outcome === 'completed',
      size: outcome === 'completed' ? size : null,
      seconds,
    }));
}

export function layChart(runs: readonly ChartRun[], { width, height: outer }: ChartFrame): Chart {
  const height = outer - TOP;
  const mostBytes = Math.max(0, ...runs.map(({ size }) => size ?? 0));
  const mostSeconds = Math.max(0, ...runs.map(({ seconds }) => seconds ?? 0));
  const step = width / Math.max(runs.length, FEWEST);
  const bars = runs.map((run, index) => {
    const tall = run.size === null ? STUB : Math.max(STUB, share(run.size, mostBytes) * height);
    const lineY = run.seconds === null ? null : outer - share(run.seconds, mostSeconds) * height;
    const place = { x: index * step + (step * GAP) / 2, width: step * (1 - GAP), y: outer - tall, height: tall };
    return { ...run, ...place, lineY };
  });
  const line = bars
    .flatMap(({ x, width: wide, lineY }) => (lineY === null ? [] : [`${round(x + wide / 2)},${round(lineY)}`]))
    .join(' ');
  return { bars, mostBytes, mostSeconds, line };
}

const share = (value: number, most: number): number => (most === 0 ? 0 : value / most);
const round = (value: number): number => Math.round(value * 10) / 10;

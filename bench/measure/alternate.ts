import { timedRun, type CommandLine } from './timed-run.ts';

/** One contestant: what is done before and after each run is not timed. */
export interface Contestant {
  readonly prepare?: () => void;
  readonly command: CommandLine;
  readonly clean: () => void;
  /** Looks at what a run made before it is cleaned away. */
  readonly inspect?: () => void;
}

async function oneRun({ prepare, command, inspect, clean }: Contestant): Promise<number> {
  clean();
  prepare?.();
  try {
    const took = await timedRun(command);
    inspect?.();
    return took;
  } finally {
    clean();
  }
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? NaN;
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? NaN)) / 2;
}

export interface Medians {
  readonly ours: number;
  readonly rival: number;
}

/**
 * Lets both run in turn, so that a slow moment of the machine hits both, and each goes first as often as the other. One round
 * before them warms the disk cache.
 *
 * @returns the medians, in milliseconds
 */
export async function alternate(ours: Contestant, rival: Contestant, rounds: number): Promise<Medians> {
  const times: { ours: number[]; rival: number[] } = { ours: [], rival: [] };
  for (let round = 0; round <= rounds; round += 1) {
    const order = round % 2 === 0 ? (['ours', 'rival'] as const) : (['rival', 'ours'] as const);
    for (const who of order) {
      const took = await oneRun(who === 'ours' ? ours : rival);
      if (round > 0) times[who].push(took);
    }
  }
  return { ours: median(times.ours), rival: median(times.rival) };
}

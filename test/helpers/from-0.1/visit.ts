/** One start of Node-RED with a version of the package on what another one left. */
import { globSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import type { MovedClock } from '../moved-clock.ts';
import type { TestNodeRed } from '../node-red.ts';
import type { Disk } from './disks.ts';
import { differences } from './differences.ts';
import { ask, complaints, observe, observeSoon, type Observed } from './observe.ts';
import { startWith, type Package } from './versions.ts';

const SETTLED_MS = 60_000;
const POLL_MS = 250;

export interface VisitOptions {
  readonly home: string;
  readonly nodeRed: string;
  readonly clock: MovedClock;
  /** ISO. */
  readonly at: string;
  /** What should be there once the copies that can go on have done so. */
  readonly expected: Observed;
  /** Where the copy goes that can go on. */
  readonly disk: Disk;
}

export interface Visit {
  readonly red: TestNodeRed;
  readonly observed: Observed;
  /** Without what is said at every start. */
  readonly complaints: readonly string[];
}

/** Waits until locations and pending copies are as expected, or as long as that may take; then tells what there is. */
export async function visit(
  version: Package,
  { home, nodeRed, clock, at, expected, disk }: VisitOptions,
): Promise<Visit> {
  clock.set(at);
  const red = await startWith(version, { home, nodeRed, env: clock.env });
  try {
    // A node whose folder is still looked at is left out of a single answer.
    let locations: Observed['locations'] = {};
    const isSettled = async (): Promise<boolean> => {
      const now = await observeSoon(red);
      locations = now.locations;
      const isThere = globSync(join(home, disk, '2*Z-*.json')).length > 0;
      const wait = isDeepStrictEqual(Object.keys(now.pending), Object.keys(expected.pending));
      return isThere && wait && differences(expected.locations, locations, '').length === 0;
    };
    const deadline = performance.now() + SETTLED_MS;
    let settled = await isSettled();
    while (!settled && performance.now() < deadline) {
      await new Promise((go) => setTimeout(go, POLL_MS));
      settled = await isSettled();
    }
    if (!settled) console.log(`${red.running.output()}\n${JSON.stringify(await ask(red, 'info'), null, 1)}`);
    const observed = { ...(await observe(red, placesKept(expected))), locations };
    return { red, observed, complaints: complaints(red) };
  } catch (error) {
    console.log(red.running.output());
    await red.stop('SIGKILL');
    throw error;
  }
}

/** The locations whose retention is known. */
export const placesKept = ({ kept }: Observed): readonly string[] => [
  ...new Set(Object.keys(kept).map((key) => key.slice(0, key.lastIndexOf(' by ')))),
];

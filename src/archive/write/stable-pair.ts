/**
 * Flows and their credentials belong together, and Node-RED writes them as two renames: credentials first, flows always after.
 * They are read as a pair of which neither changed meanwhile, and not while the flows of new credentials are still to come.
 */
import { realpathSync, statSync, type BigIntStats } from 'node:fs';
import type { Clock } from '../../clock.ts';
import { readWhole } from './file-reader.ts';
import { identity } from '../../io/file-identity.ts';

/** A file as it was at one moment. */
export interface Snapshot {
  readonly stat: BigIntStats;
  readonly bytes: Buffer;
}

/** `path` of the flow file and of its credentials. */
export interface FlowPair {
  readonly flows: string;
  readonly credentials: string;
}

/** Larger files are read like any other. */
const LARGEST = 64 * 1024 * 1024;
/** How long after new credentials the writing of their flows may begin … */
const GAP_MS = 2_000;
/** … and where Node-RED then writes them, until they are renamed. */
const HALF_WRITTEN = '.$$$';
const STEP_MS = 50;
/** Ten seconds: a slow SD card syncs both. */
const TRIES = 200;

/**
 * @returns snapshots by path; a file that is not there, or cannot be read, or is very large has none
 */
export async function readPair(pair: FlowPair, clock: Clock, signal: AbortSignal): Promise<Map<string, Snapshot>> {
  let last = new Map<string, Snapshot>();
  for (let i = 0; i < TRIES && !signal.aborted; i++) {
    const snapshots = snapshotBoth(pair);
    if (snapshots !== null) {
      last = snapshots;
      if (!inBetween(pair, snapshots, clock)) return snapshots;
    }
    await pause(clock, STEP_MS);
  }
  return last;
}

/** Null when one of them changed while they were read. */
function snapshotBoth(pair: FlowPair): Map<string, Snapshot> | null {
  const paths = [pair.flows, pair.credentials];
  const before = paths.map(look);
  const snapshots = new Map<string, Snapshot>();
  paths.forEach((path, i) => {
    const stat = before[i] ?? null;
    if (stat === null || stat.size > LARGEST) return;
    try {
      snapshots.set(path, { stat, bytes: readWhole(Buffer.from(realpathSync(path)), LARGEST) });
    } catch {
      // Read like any other file, which reports why it cannot be.
    }
  });
  return paths.every((path, i) => same(look(path), before[i] ?? null)) ? snapshots : null;
}

/** Node-RED reads through links, and puts files in their place. */
function look(path: string): BigIntStats | null {
  try {
    const stat = statSync(path, { bigint: true });
    return stat.isFile() ? stat : null;
  } catch {
    return null;
  }
}

function same(a: BigIntStats | null, b: BigIntStats | null): boolean {
  if (a === null || b === null) return a === b;
  return identity(a) === identity(b) && a.size === b.size && a.mtimeNs === b.mtimeNs;
}

/** New credentials are there and the flows that belong to them are not. */
function inBetween(pair: FlowPair, snapshots: Map<string, Snapshot>, clock: Clock): boolean {
  const flows = snapshots.get(pair.flows)?.stat.mtimeNs;
  const credentials = snapshots.get(pair.credentials)?.stat.mtimeNs;
  if (flows === undefined || credentials === undefined || credentials <= flows) return false;
  const age = clock.now() - Number(credentials / 1_000_000n);
  return Math.abs(age) < GAP_MS || look(`${pair.flows}${HALF_WRITTEN}`) !== null;
}

function pause(clock: Clock, ms: number): Promise<void> {
  return new Promise((resolve) => {
    clock.setTimer(ms, resolve);
  });
}

/** One run of a retention node: its locations beside each other, and what it says of them. */
import type { NodeStatus } from 'node-red';
import {
  BackupError,
  messagesOf,
  toBackupError,
  type AgentId,
  type Engine,
  type ThinReport,
  type ThinRequest,
} from '../../src/index.ts';

/** The payload of a retention node. */
export interface ThinnedLocations {
  readonly dry_run: boolean;
  /** Counts over all locations. */
  readonly kept: number;
  readonly removed: number;
  readonly failed: number;
  readonly held: number;
  readonly locations: readonly ThinReport[];
  /** Locations of which nothing was removed because they could not be listed, with the reason. */
  readonly errors: Readonly<Record<AgentId, string>>;
}

export interface Thinned {
  readonly payload: ThinnedLocations;
  /** The first thing that failed, null when nothing did. */
  readonly failure: BackupError | null;
}

/** @throws BackupError when no location could be thinned at all */
export async function thinLocations(
  engine: Engine,
  agentIds: readonly AgentId[],
  { signal, ...request }: Omit<ThinRequest, 'agentId' | 'instanceId'> & { readonly signal: AbortSignal },
): Promise<Thinned> {
  const failures = new Map<AgentId, BackupError>();
  const reports = await Promise.all(
    agentIds.map(async (agentId): Promise<ThinReport | null> => {
      try {
        return await engine.retention.thin({ ...request, agentId, instanceId: null }, signal);
      } catch (error) {
        failures.set(agentId, toBackupError(error));
        return null;
      }
    }),
  );
  const locations = reports.filter((report) => report !== null);
  const [first] = failures.values();
  if (locations.length === 0 && first !== undefined) throw first;
  return { payload: payloadOf(locations, failures, request.dryRun), failure: first ?? failureOf(locations) };
}

function payloadOf(
  locations: readonly ThinReport[],
  failures: ReadonlyMap<AgentId, BackupError>,
  dry_run: boolean,
): ThinnedLocations {
  const sum = (count: (report: ThinReport) => number): number =>
    locations.reduce((total, report) => total + count(report), 0);
  return {
    dry_run,
    kept: sum(({ decisions }) => decisions.filter(({ keep }) => keep).length),
    removed: sum(({ removed }) => removed.length),
    failed: sum(({ failed }) => failed.length),
    held: sum(({ held }) => held.length),
    locations,
    errors: messagesOf(failures),
  };
}

function failureOf(locations: readonly ThinReport[]): BackupError | null {
  const [first] = locations.flatMap(({ agent_name, failed }) => failed.map((one) => ({ agent_name, ...one })));
  if (first === undefined) return null;
  const what = `Backup ${first.backup_id} could not be removed from ${first.agent_name}: ${first.message}`;
  return new BackupError(first.code, `${what} The next run tries it again.`);
}

export function thinStatus({ dry_run, kept, removed, held, locations }: ThinnedLocations): NodeStatus {
  const [reason] = locations.flatMap((report) => report.held.map((hold) => hold.reason));
  if (held > 0) return { fill: 'yellow', shape: 'ring', text: `held: ${reason ?? ''}` };
  const goes = locations.reduce((total, { decisions }) => total + decisions.filter(({ keep }) => !keep).length, 0);
  if (dry_run) return { fill: 'grey', shape: 'ring', text: `dry run: ${kept} stay, ${goes} would go` };
  return { fill: 'green', shape: 'dot', text: `${kept} kept · ${removed} removed` };
}

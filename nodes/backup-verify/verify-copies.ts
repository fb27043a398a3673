/** One run of a backup-verify node: its copies one after the other, and what it says of them. */
import type { NodeStatus } from 'node-red';
import {
  BackupError,
  isoLocal,
  systemClock,
  messagesOf,
  toBackupError,
  type AgentId,
  type BackupId,
  type Engine,
  type Job,
  type VerifyOptions,
  type VerifyProblem,
  type VerifyReport,
} from '../../src/index.ts';

/** The payload of a backup-verify node. */
export interface VerifiedCopies {
  /** Whether every copy can be restored. */
  readonly ok: boolean;
  /** Whether they were restored for a try. */
  readonly drill: boolean;
  /** Over all copies. */
  readonly files: number;
  readonly bytes: number;
  readonly seconds: number;
  readonly problems: readonly (VerifyProblem & { readonly backup_id: BackupId; readonly agent_id: AgentId })[];
  readonly copies: readonly VerifyReport[];
  /** Locations at which nothing could be verified, with the reason. */
  readonly errors: Readonly<Record<AgentId, string>>;
}

export interface Verified {
  readonly payload: VerifiedCopies;
  /** The first thing that is wrong, null when nothing is. */
  readonly failure: BackupError | null;
}

export interface VerifyRun {
  readonly agentIds: readonly AgentId[];
  /** Null for the newest at each location. */
  readonly backupId: BackupId | null;
  readonly options: VerifyOptions;
  readonly signal: AbortSignal;
}

/** A copy that cannot be read does not keep the others from being verified. */
export async function verifyCopies(engine: Engine, run: VerifyRun): Promise<Verified> {
  const { agentIds, options, signal } = run;
  const copies: VerifyReport[] = [];
  const failures = new Map<AgentId, BackupError>();
  for (const agentId of agentIds) {
    try {
      const backupId = run.backupId ?? (await newestAt(engine, agentId, signal));
      signal.throwIfAborted();
      copies.push(await verifyCopy(engine.verify(backupId, agentId, options), signal));
    } catch (error) {
      if (signal.aborted) throw new BackupError('canceled', 'The verification was canceled.', { cause: error });
      failures.set(agentId, toBackupError(error));
    }
  }
  const payload = payloadOf(copies, failures, options.drill);
  const [first] = failures.values();
  return { payload, failure: failureOf(payload) ?? first ?? null };
}

/** The signal is that of the node, which outlives the job. */
async function verifyCopy(job: Job<VerifyReport>, signal: AbortSignal): Promise<VerifyReport> {
  const cancel = (): void => {
    job.cancel();
  };
  signal.addEventListener('abort', cancel, { once: true });
  try {
    return await job.result;
  } finally {
    signal.removeEventListener('abort', cancel);
  }
}

/** Of this Node-RED, or of anybody where it has none there. */
async function newestAt(engine: Engine, agentId: AgentId, signal: AbortSignal): Promise<BackupId> {
  const { records } = await engine.locations.listAt(agentId, signal);
  const newest = records.find(({ instance_id }) => instance_id === engine.instanceId) ?? records[0];
  if (newest !== undefined) return newest.backup_id;
  const place = engine.locations.agents().find(({ id }) => id === agentId)?.name ?? agentId;
  throw new BackupError('backup_not_found', `There is no complete backup at ${place}. Store one there first.`);
}

function payloadOf(
  copies: readonly VerifyReport[],
  failures: ReadonlyMap<AgentId, BackupError>,
  drill: boolean,
): VerifiedCopies {
  const sum = (figure: (report: VerifyReport) => number): number =>
    copies.reduce((total, report) => total + figure(report), 0);
  const problems = copies.flatMap(({ backup_id, agent_id, problems: found }) =>
    found.map((problem) => ({ ...problem, backup_id, agent_id })),
  );
  return {
    ok: problems.length === 0 && failures.size === 0,
    drill,
    files: sum(({ files }) => files),
    bytes: sum(({ bytes }) => bytes),
    seconds: Math.round(sum(({ seconds }) => seconds) * 1000) / 1000,
    problems,
    copies,
    errors: messagesOf(failures),
  };
}

function failureOf({ problems }: VerifiedCopies): BackupError | null {
  const [first] = problems;
  if (first === undefined) return null;
  const more = problems.length === 1 ? '' : ` (and ${problems.length - 1} more)`;
  return new BackupError(first.code, `Backup ${first.backup_id} cannot be relied on: ${first.message}${more}`);
}

/** `03:05 · 1234 files proved` */
export function verifiedStatus({ files }: VerifiedCopies): NodeStatus {
  const time = isoLocal(systemClock.now()).slice(11, 16);
  return { fill: 'green', shape: 'dot', text: `${time} · ${files} ${files === 1 ? 'file' : 'files'} proved` };
}

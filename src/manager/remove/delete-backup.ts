/** Deletes one backup where somebody asked for it, by the steps and behind the guards of retention. */
import { randomBytes } from 'node:crypto';
import type { BackupAgent } from '../../agents/agent.ts';
import { BackupError, toBackupError } from '../../errors.ts';
import { throwIfAborted } from '../../io/abort.ts';
import type { AgentId, BackupId, BackupRecord } from '../../model.ts';
import { askInTime } from '../locations/ask-in-time.ts';
import { noteRemoval, removeOne, type Outcome } from './remove-backups.ts';
import type { ThinParts, ThinRun } from './thin-run.ts';
import type { DeleteReport } from '../reports.ts';
import type { DeleteRequest } from '../requests.ts';

interface Copies {
  readonly records: ReadonlyMap<AgentId, BackupRecord>;
  /** Why a location could not say whether it has one. */
  readonly errors: ReadonlyMap<AgentId, BackupError>;
}

/**
 * A location that fails harms no other.
 *
 * @param alone - runs work while nothing else removes backups at the location
 * @throws BackupError `invalid_request` when a copy is pinned or the last one is not to go; `busy` when a job reads it;
 * `backup_not_found`. Nothing is removed then
 */
export async function deleteBackup(
  parts: ThinParts,
  request: DeleteRequest,
  { signal, alone }: { readonly signal: AbortSignal; readonly alone: ThinAlone },
): Promise<DeleteReport> {
  const { backupId } = request;
  const asked = new Set(request.agentIds.map((agentId) => parts.registry.get(agentId).id));
  const copies = await findCopies(parts, backupId, signal);
  checkGuards(parts, { ...request, asked }, copies);
  const removed: AgentId[] = [];
  const failed = new Map<AgentId, string>();
  await Promise.all(
    [...asked].map(async (agentId) => {
      const record = copies.records.get(agentId);
      const problem =
        record === undefined
          ? (copies.errors.get(agentId)?.message ?? 'The backup is not there.')
          : await alone(agentId, () => removeCopy(parts, { agentId, record }, signal));
      if (problem === null) removed.push(agentId);
      else failed.set(agentId, problem);
    }),
  );
  const left = [...copies.records.keys()].filter((agentId) => !removed.includes(agentId));
  return { backup_id: backupId, removed: removed.sort(), failed: Object.fromEntries(failed), left };
}

export type ThinAlone = <T>(agentId: AgentId, work: () => Promise<T>) => Promise<T>;

async function findCopies(parts: ThinParts, backupId: BackupId, signal: AbortSignal): Promise<Copies> {
  const records = new Map<AgentId, BackupRecord>();
  const errors = new Map<AgentId, BackupError>();
  await Promise.all(
    parts.registry.all().map(async (agent) => {
      try {
        const ask = (either: AbortSignal): Promise<BackupRecord> => agent.get(backupId, { signal: either });
        records.set(agent.id, await askInTime(agent, { clock: parts.clock, signal }, ask));
      } catch (error) {
        const known = toBackupError(error);
        if (known.code !== 'backup_not_found') errors.set(agent.id, known);
      }
    }),
  );
  throwIfAborted(signal);
  return { records, errors };
}

function checkGuards(
  parts: ThinParts,
  { backupId, lastCopy, asked }: DeleteRequest & { readonly asked: ReadonlySet<AgentId> },
  { records, errors }: Copies,
): void {
  const there = [...asked].filter((agentId) => records.has(agentId));
  if (there.length === 0) {
    const [first] = [...asked].flatMap((agentId) => errors.get(agentId) ?? []);
    throw first ?? new BackupError('backup_not_found', `Backup ${backupId} is at none of the chosen locations.`);
  }
  if ([...records.values()].some(({ pinned }) => pinned)) {
    throw new BackupError('invalid_request', `Backup ${backupId} is pinned. Unpin it before you delete it.`);
  }
  if (parts.isInUse(backupId)) throw inUse(backupId);
  if (lastCopy || records.size > there.length) return;
  const what = `No other location is known to hold backup ${backupId}: with this copy it is gone for good.`;
  throw new BackupError('invalid_request', `${what} Say last_copy: true to delete it all the same.`);
}

function inUse(backupId: BackupId): BackupError {
  const what = `Backup ${backupId} is being copied, verified or restored, or waits for that.`;
  return new BackupError('busy', `${what} Delete it when that is over, or cancel that first.`, { temporary: true });
}

interface Doomed {
  readonly agentId: AgentId;
  readonly record: BackupRecord;
}

/** @returns why it is still there; null when it is gone */
async function removeCopy(parts: ThinParts, { agentId, record }: Doomed, signal: AbortSignal): Promise<string | null> {
  const { backup_id, instance_id, plan_id } = record;
  try {
    const run = await runFor(parts, parts.registry.get(agentId), { record, signal });
    const group = { agent_id: agentId, instance_id, plan_id };
    await noteRemoval(run, group, { backup_id, begins: true });
    const outcome = await removeOne(run, record, { backup_id, keep: false, reasons: ['by_hand'] });
    const problem = problemOf(outcome);
    // A kill in between leaves the note, and the next run of retention removes the rest.
    if (typeof outcome.removal !== 'object') await noteRemoval(run, group, { backup_id, begins: false });
    return problem;
  } catch (error) {
    throwIfAborted(signal);
    return toBackupError(error).message;
  }
}

async function runFor(
  parts: ThinParts,
  agent: BackupAgent,
  { record, signal }: { readonly record: BackupRecord; readonly signal: AbortSignal },
): Promise<ThinRun> {
  const { instance_id: instanceId, plan_id } = record;
  const what = { agentId: agent.id, instanceId, planIds: [plan_id], arrived: null, policy: null } as const;
  const how = { automaticOnly: false, dryRun: false, acknowledge: false, nodeId: null, automatic: false } as const;
  const made = await parts.store.made.all();
  const runId = randomBytes(8).toString('hex');
  return { parts, request: { ...what, ...how }, agent, signal, nowMs: parts.clock.now(), instanceId, made, runId };
}

function problemOf({ removal, reasons, backup_id }: Outcome): string | null {
  if (removal === 'removed') return null;
  if (removal !== undefined) return removal.message;
  if (reasons.includes('guard:in_use')) return inUse(backup_id).message;
  return `Backup ${backup_id} was changed meanwhile, e.g. pinned, so it was left.`;
}

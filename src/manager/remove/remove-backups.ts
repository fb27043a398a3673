/** The deleting part of a run of retention. */
import type { BackupAgent } from '../../agents/agent.ts';
import { BackupError, serializeError, toBackupError } from '../../errors.ts';
import { throwIfAborted } from '../../io/abort.ts';
import type { BackupId, BackupRecord, BrokenEntry } from '../../model.ts';
import type { Decision } from '../../retention/policy.ts';
import type { GroupNote, LocationGroup } from '../../store/group-notes.ts';
import type { FailedRemoval } from '../reports.ts';
import type { ThinRun } from './thin-run.ts';
import { retentionEvent } from './retention-event.ts';

const IN_USE = 'guard:in_use';

/** What became of a backup. */
export interface Outcome extends Decision {
  /** Undefined where nothing was to be removed. */
  readonly removal?: 'removed' | FailedRemoval;
}

export interface Doomed {
  readonly records: readonly BackupRecord[];
  readonly decisions: readonly Decision[];
  readonly note: GroupNote;
  readonly broken: readonly BrokenEntry[];
}

/**
 * Removes what is not to be kept, oldest first, and what earlier runs left half removed. What is begun is written down first: an
 * archive whose sidecar is gone is otherwise left alone.
 */
export async function removeBackups(
  run: ThinRun,
  { records, decisions, note, broken }: Doomed,
): Promise<readonly Outcome[]> {
  const goes = new Set(decisions.filter(({ keep }) => !keep).map(({ backup_id }) => backup_id));
  const halfGone = new Set(broken.filter(({ reason }) => reason === 'sidecar_missing').map((entry) => entry.backup_id));
  const left = note.removing.filter((id) => halfGone.has(id));
  if (goes.size + note.removing.length === 0) return decisions;
  await write(run, { ...note, removing: [...left, ...goes] });
  const byId = new Map(records.map((record) => [record.backup_id, record]));
  const outcomes: Outcome[] = [];
  for (const backup_id of left) outcomes.push(await removeRest(run, backup_id));
  // A copy that brings it back may be given up, and what is left then be forgotten.
  const inUse = outcomes.filter(({ reasons }) => reasons.includes(IN_USE));
  for (const decision of decisions.toReversed()) {
    const record = byId.get(decision.backup_id);
    outcomes.push(decision.keep || record === undefined ? decision : await removeOne(run, record, decision));
  }
  const failed = outcomes.filter(({ removal }) => removal !== undefined && removal !== 'removed');
  await write(run, { ...note, removing: [...inUse, ...failed].map(({ backup_id }) => backup_id) });
  return outcomes.reverse();
}

async function write({ parts }: ThinRun, note: GroupNote): Promise<void> {
  await parts.store.retention.write(note).catch((error: unknown) => {
    parts.warn(toBackupError(error).message);
  });
}

function stays(backup_id: BackupId, reason: string): Outcome {
  return { backup_id, keep: true, reasons: [reason] };
}

/** Notes that the removal of one backup begins, or that it is over: nothing of it is left, or all of it is. */
export async function noteRemoval(
  run: ThinRun,
  group: LocationGroup,
  { backup_id, begins }: { readonly backup_id: BackupId; readonly begins: boolean },
): Promise<void> {
  const note = await run.parts.store.retention.get(group);
  const others = note.removing.filter((id) => id !== backup_id);
  await write(run, { ...note, removing: begins ? [...others, backup_id] : others });
}

/** Things may have changed since the list was read, so that is looked at once more. */
export async function removeOne(run: ThinRun, record: BackupRecord, decision: Decision): Promise<Outcome> {
  const { parts, agent, signal } = run;
  const { backup_id } = record;
  throwIfAborted(signal);
  try {
    const { pinned, expires } = await agent.get(backup_id, { signal });
    if (pinned) return stays(backup_id, 'guard:pinned');
    if (expires !== record.expires) return stays(backup_id, 'guard:changed');
    if (parts.isInUse(backup_id)) return stays(backup_id, IN_USE);
    await agent.delete(backup_id, { signal });
  } catch (error) {
    const failure = failureOf(run, backup_id, error);
    if (failure !== null) return { ...decision, removal: failure };
  }
  parts.publish({ ...retentionEvent(run, record), event_type: 'deleted' });
  return { ...decision, removal: 'removed' };
}

/** Its sidecar, and with it all that was known of it, is gone already, unless it was copied there anew since the list was read. */
async function removeRest(run: ThinRun, backup_id: BackupId): Promise<Outcome> {
  const { parts, agent, signal } = run;
  const decision = { backup_id, keep: false, reasons: ['half_removed'] };
  throwIfAborted(signal);
  try {
    if (await isWhole(agent, backup_id, signal)) return stays(backup_id, 'guard:changed');
    if (parts.isInUse(backup_id)) return stays(backup_id, IN_USE);
    await agent.delete(backup_id, { signal });
  } catch (error) {
    const failure = failureOf(run, backup_id, error);
    if (failure !== null) return { ...decision, removal: failure };
  }
  return { ...decision, removal: 'removed' };
}

async function isWhole(agent: BackupAgent, backup_id: BackupId, signal: AbortSignal): Promise<boolean> {
  try {
    await agent.get(backup_id, { signal });
    return true;
  } catch (error) {
    if (error instanceof BackupError && error.code === 'backup_not_found') return false;
    throw error;
  }
}

/** @returns null when somebody else was quicker */
function failureOf({ signal }: ThinRun, backup_id: BackupId, error: unknown): FailedRemoval | null {
  throwIfAborted(signal);
  if (error instanceof BackupError && error.code === 'backup_not_found') return null;
  const { code, message } = serializeError(error);
  return { backup_id, code, message };
}

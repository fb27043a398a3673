/** What a retention node does with `msg.pin`: it pins one backup at its locations, or unpins it. */
import type { NodeStatus } from 'node-red';
import { BackupError, messagesOf, toBackupError, type AgentId, type BackupId, type Engine } from '../../src/index.ts';
import { asText, isGiven } from '../lib/message-values.ts';

/** The payload of a retention node that pinned a backup. */
export interface PinnedBackup {
  readonly backup_id: BackupId;
  readonly pinned: boolean;
  /** Where that holds now. A location that lacks the backup is not among them. */
  readonly locations: readonly AgentId[];
  /** Where it could not be said, with the reason. */
  readonly errors: Readonly<Record<AgentId, string>>;
}

export interface Pinned {
  readonly payload: PinnedBackup;
  /** The first thing that failed, null when nothing did. */
  readonly failure: BackupError | null;
}

export interface PinRequest {
  readonly backupId: BackupId;
  readonly pinned: boolean;
  readonly agentIds: readonly AgentId[];
  readonly signal: AbortSignal;
}

/**
 * @returns null when the message asks for no pinning
 * @throws BackupError `invalid_request` when it does not say of which backup, or whether
 */
export function readPin(message: object): Pick<PinRequest, 'backupId' | 'pinned'> | null {
  const { pin, backup_id, backup } = message as Readonly<Record<'pin' | 'backup_id' | 'backup', unknown>>;
  if (!isGiven(pin)) return null;
  if (typeof pin !== 'boolean') {
    throw new BackupError('invalid_request', 'pin: give true to pin the backup, or false to unpin it.');
  }
  const known = isGiven(backup_id) ? backup_id : (backup as { readonly backup_id?: unknown } | undefined)?.backup_id;
  if (isGiven(known)) return { backupId: asText(known), pinned: pin };
  throw new BackupError('invalid_request', 'pin: the message names no backup. Give its id as backup_id.');
}

/** @throws BackupError when it could not be done at any location */
export async function pinBackup(engine: Engine, { backupId, agentIds, pinned, signal }: PinRequest): Promise<Pinned> {
  const locations: AgentId[] = [];
  const failures = new Map<AgentId, BackupError>();
  await Promise.all(
    agentIds.map(async (agentId) => {
      try {
        await engine.locations.change({ backupId, agentId }, { pinned }, signal);
        locations.push(agentId);
      } catch (error) {
        failures.set(agentId, toBackupError(error));
      }
    }),
  );
  const known = [...failures].filter(([, { code }]) => code !== 'backup_not_found');
  const failure = known[0]?.[1] ?? null;
  if (locations.length === 0) throw failure ?? notFound(backupId);
  const errors = messagesOf(known);
  return { payload: { backup_id: backupId, pinned, locations: locations.sort(), errors }, failure };
}

function notFound(backupId: BackupId): BackupError {
  const what = `Backup ${backupId} is at none of the locations of this node.`;
  return new BackupError('backup_not_found', `${what} Ask backup-status for the list of backups.`);
}

export function pinStatus({ pinned }: PinnedBackup): NodeStatus {
  return { fill: 'green', shape: 'dot', text: pinned ? 'pinned' : 'unpinned' };
}

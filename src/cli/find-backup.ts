import { BackupError, type BackupAgent, type BackupRecord } from '../index.ts';
import { required, type Invocation } from './command.ts';
import { openLocation } from './location.ts';
import type { Session } from './session.ts';

export interface Found {
  readonly agent: BackupAgent;
  readonly record: BackupRecord;
}

function describeChoice(records: readonly BackupRecord[]): string {
  const ids = records.slice(0, 3).map((record) => record.backup_id);
  return `${ids.join(', ')}${records.length > ids.length ? ', …' : ''}`;
}

/**
 * The backup that `--at LOCATION [ID]` means: an id or the beginning of one, or the newest.
 *
 * @throws BackupError `backup_not_found` when there is none, `invalid_request` when the beginning fits several
 */
export async function findBackup({ engine, signal }: Session, invocation: Invocation): Promise<Found> {
  const id = invocation.positionals[0] ?? null;
  const agent = await openLocation(engine, required(invocation, 'at'), invocation);
  const { records, broken } = await engine.locations.listAt(agent.id, signal);
  const matches = id === null ? records.slice(0, 1) : records.filter((record) => record.backup_id.startsWith(id));
  const exact = matches.find((record) => record.backup_id === id);
  const record = exact ?? matches[0];
  if (record === undefined) {
    const damaged = id === null ? undefined : broken.find((entry) => entry.backup_id?.startsWith(id));
    const what = id === null ? 'no complete backup' : `no complete backup ${id}`;
    const hint = damaged === undefined ? 'see what the command list shows.' : damaged.message;
    throw new BackupError('backup_not_found', `There is ${what} in ${agent.name}: ${hint}`);
  }
  if (exact === undefined && matches.length > 1) {
    throw new BackupError(
      'invalid_request',
      `${id ?? ''} fits several backups (${describeChoice(matches)}): give more of the id.`,
    );
  }
  return { agent, record };
}

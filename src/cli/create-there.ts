import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { BackupError, partialName, type BackupRecord, type BackupRequest } from '../index.ts';
import type { Invocation } from './command.ts';
import { openServer } from './location.ts';
import type { Session } from './session.ts';
import type { SftpLocation } from './sftp-location.ts';

/**
 * Makes a backup for a server: in the state folder first, from where it is copied and then removed. What a run leaves there that was
 * killed goes with the next one.
 *
 * @throws BackupError `not_encrypted`, before anything is done; what making or copying it throws
 */
export async function createThere(
  session: Session,
  request: Omit<BackupRequest, 'folder'>,
  { server, invocation }: { readonly server: SftpLocation; readonly invocation: Invocation },
): Promise<BackupRecord> {
  const { engine, signal, finish } = session;
  if (request.encryption === null && !invocation.switches.has('send-unencrypted')) {
    const what = `The backup is not encrypted, so it is not sent to ${server.shown}: whoever can read it there has all secrets in it.`;
    throw new BackupError(
      'not_encrypted',
      `${what} Give --recipient, --key-file or --passphrase, or --send-unencrypted.`,
    );
  }
  const there = await openServer(engine, server, invocation);
  // A wrong password is better known before the work than after it.
  await there.list({ signal });
  const folder = join(session.stateDir, partialName(engine.instanceId));
  try {
    const { id: from } = await engine.locations.local(folder);
    const { backup_id: backupId } = await finish(engine.create({ ...request, folder }));
    const copy = { backupId, from, agentId: there.id, nodeId: null, automatic: false, retryForMs: 0 };
    return await finish(engine.copy(copy));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

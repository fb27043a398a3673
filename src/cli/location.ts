import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import {
  awakeClock,
  BackupError,
  createSftpAgent,
  systemCode,
  withRetry,
  withTimeout,
  type BackupAgent,
  type Engine,
} from '../index.ts';
import type { Invocation } from './command.ts';
import { parseSftpLocation, settingsOf, SFTP_SCHEME, type SftpLocation } from './sftp-location.ts';
import { UsageError } from './usage-error.ts';

/** Options of every command that takes a location. */
export const LOCATION_TEXTS: readonly string[] = ['ssh-key', 'host-key'];
export const LOCATION_REPEATABLE: readonly string[] = ['host-key'];

/** As those of the node that copies to such a location. */
const IDLE_MS = 60_000;
const TRIES = 3;
const PAUSE_MS = 2_000;

export type Location =
  | {
      readonly kind: 'folder';
      /** Absolute. */
      readonly folder: string;
    }
  | { readonly kind: 'sftp'; readonly server: SftpLocation };

/** @throws UsageError */
export function parseLocation(text: string): Location {
  const scheme = /^([a-z][a-z0-9+.-]*):\/\//i.exec(text)?.[0]?.toLowerCase();
  if (scheme === SFTP_SCHEME) return { kind: 'sftp', server: parseSftpLocation(text) };
  if (scheme === undefined) return { kind: 'folder', folder: resolve(text) };
  throw new UsageError(
    `${scheme} is no location of this program: give a folder, or ${SFTP_SCHEME}user@host:port/path.`,
  );
}

/**
 * The agent of a location that is read. A folder that is not there is not made; a server is asked when it is needed.
 *
 * @throws UsageError, or BackupError when it cannot be
 */
export async function openLocation(engine: Engine, text: string, invocation: Invocation): Promise<BackupAgent> {
  const location = parseLocation(text);
  if (location.kind === 'sftp') return openServer(engine, location.server, invocation);
  await checkFolder(location.folder);
  return engine.locations.local(location.folder);
}

export async function openServer(engine: Engine, server: SftpLocation, invocation: Invocation): Promise<BackupAgent> {
  const { shown } = server;
  const settings = await settingsOf(server, invocation);
  const { instanceId } = engine;
  const agent = createSftpAgent({ id: shown, name: shown, settings, clock: awakeClock, instanceId });
  const timed = withTimeout(agent, { clock: awakeClock, idleMs: IDLE_MS });
  const retried = withRetry(timed, { clock: awakeClock, tries: TRIES, pauseMs: PAUSE_MS });
  engine.locations.register(retried);
  return retried;
}

async function checkFolder(folder: string): Promise<void> {
  try {
    if ((await stat(folder)).isDirectory()) return;
  } catch (error) {
    if (systemCode(error) === 'ENOENT') throw notThere(folder, 'is not there');
    throw new BackupError('agent_unreachable', `${folder} cannot be opened: check the path and its permissions.`, {
      cause: error,
    });
  }
  throw notThere(folder, 'is not a folder');
}

function notThere(folder: string, what: string): BackupError {
  return new BackupError('agent_unreachable', `${folder} ${what}: check the path, or mount it first.`);
}

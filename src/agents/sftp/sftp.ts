import type { Clock } from '../../clock.ts';
import { BackupError } from '../../errors.ts';
import type { AgentId } from '../../model.ts';
import type { BackupAgent } from '../agent.ts';
import { isFingerprint } from './host-key.ts';
import type { SftpSettings } from './settings.ts';
import { ThreadedSftpStore } from './thread/threaded-store.ts';
import { StoreAgent } from '../store-agent.ts';
import { withBandwidthLimit } from '../wrap/bandwidth.ts';

export interface SftpAgentOptions {
  readonly id: AgentId;
  readonly name: string;
  readonly settings: SftpSettings;
  /** Of all transfers together; null for as fast as it goes. */
  readonly bytesPerSecond?: number | null;
  readonly clock: Clock;
  readonly instanceId: string;
}

/**
 * Keeps backups in a folder of an SFTP server. Nothing is connected until it is used.
 *
 * @throws BackupError `invalid_request` when a setting cannot be right
 */
export function createSftpAgent({ settings, bytesPerSecond = null, clock, ...options }: SftpAgentOptions): BackupAgent {
  checkSettings(settings);
  const abilities = { range: true, resume: true, update: true };
  const store = new ThreadedSftpStore(settings, clock);
  const limited = bytesPerSecond === null ? store : withBandwidthLimit(store, { clock, bytesPerSecond });
  return new StoreAgent({ ...options, clock, abilities, store: limited });
}

function checkSettings({ host, port, username, password, privateKey, hostKeys, folder }: SftpSettings): void {
  const mustBe = (fine: boolean, what: string): void => {
    if (!fine) throw new BackupError('invalid_request', what);
  };
  mustBe(host !== '', 'host: the name or address of the server is missing.');
  mustBe(Number.isInteger(port) && port > 0 && port < 65_536, `port: ${String(port)} is none; 22 is usual.`);
  mustBe(username !== '', 'username: the name to log in with is missing.');
  mustBe(password !== null || privateKey !== null, 'Give a password or a private key.');
  mustBe(folder !== '', 'folder: the folder on the server is missing.');
  mustBe(!folder.split('/').includes('..'), `folder: "${folder}" leads upwards. Give a path without "..".`);
  for (const key of hostKeys) {
    mustBe(isFingerprint(key), `hostKeys: "${key}" is no fingerprint; one looks like SHA256: and 43 characters.`);
  }
}

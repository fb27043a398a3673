/** LOCATION as `sftp://[user@]host[:port]/path`. */
import { readFile } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { parseFingerprints, toBackupError, type SftpSettings } from '../index.ts';
import { optional, type Invocation } from './command.ts';
import { acceptedKeys, type KnownKeys, type Server } from './known-hosts.ts';
import { UsageError } from './usage-error.ts';

export const SFTP_SCHEME = 'sftp://';
const PASSWORD_VARIABLE = 'NIGHTKEEP_SFTP_PASSWORD';
const KEY_PASSPHRASE_VARIABLE = 'NIGHTKEEP_SSH_KEY_PASSPHRASE';
const USUAL_PORT = 22;

export interface SftpLocation extends Server {
  readonly username: string;
  /** Absolute, or `~/…` from the folder that the login leads to. */
  readonly folder: string;
  /** For people: as it was given. */
  readonly shown: string;
}

/**
 * `/path` and `//path` are absolute, `/~/path` begins in the folder that the login leads to, as with curl, git and borg. What has a
 * meaning of its own in an URL is written as %XX. Without a user, that of this machine is taken.
 *
 * @throws UsageError, which does not show what was given when a password is in it
 */
export function parseSftpLocation(text: string): SftpLocation {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null || url.hostname === '') throw new UsageError('Write the location as sftp://user@host:port/path.');
  if (url.password !== '') {
    throw new UsageError(`A password in a location can be read by others: put it into ${PASSWORD_VARIABLE} instead.`);
  }
  if (url.search !== '' || url.hash !== '') {
    throw new UsageError(`${text}: write "?" as %3F and "#" as %23.`);
  }
  const path = decoded(url.pathname, text).replace(/^\/+/, '/');
  if (path === '/' || path === '')
    throw new UsageError(`${text}: name the folder, e.g. ${text.replace(/\/$/, '')}/backups.`);
  return {
    host: url.hostname.replace(/^\[(.*)\]$/, '$1'),
    port: url.port === '' ? USUAL_PORT : Number(url.port),
    username: url.username === '' ? userInfo().username : decoded(url.username, text),
    folder: /^\/~(\/|$)/.test(path) ? path.slice(1) : path,
    shown: text,
  };
}

function decoded(part: string, text: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    throw new UsageError(`${text}: write "%" as %25.`);
  }
}

/** @throws UsageError when nothing is given to log in with; BackupError when the key file cannot be read */
export async function settingsOf(location: SftpLocation, invocation: Invocation): Promise<SftpSettings> {
  const { host, port, username, folder } = location;
  const keyFile = optional(invocation, 'ssh-key');
  const password = process.env[PASSWORD_VARIABLE] ?? '';
  if (keyFile === null && password === '') {
    throw new UsageError(`Give --ssh-key FILE, or put the password of ${location.shown} into ${PASSWORD_VARIABLE}.`);
  }
  const { fingerprints, types } = await keysOf(location, invocation);
  return {
    ...{ host, port, username, folder },
    password: password === '' ? null : password,
    privateKey: keyFile === null ? null : await readKey(keyFile),
    passphrase: process.env[KEY_PASSPHRASE_VARIABLE] ?? null,
    hostKeys: fingerprints,
    ...(types.length > 0 && { hostKeyTypes: types }),
  };
}

/** Those that are given go before those that were accepted earlier. */
async function keysOf(location: SftpLocation, invocation: Invocation): Promise<KnownKeys> {
  const given = invocation.texts['host-key'] ?? [];
  if (given.length > 0) return { fingerprints: given.flatMap(parseFingerprints), types: [] };
  return acceptedKeys(location);
}

async function readKey(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    throw toBackupError(error, 'invalid_request', `Cannot read the private key ${file}`);
  }
}

/** An agent-sftp node's settings, from its dialog or from the node, and what they mean. */
import { readFile } from 'node:fs/promises';
import { isAbsolute } from 'node:path';
import { BackupError, parseFingerprints, toBackupError, type AgentId, type SftpSettings } from '../../src/index.ts';
import { numberSetting } from '../lib/agent/agent-config.ts';
import { renderFolder } from '../lib/folders.ts';
import { asText } from '../lib/message-values.ts';

const DEFAULT_FOLDER = 'backups/{{instance_name}}';
const DEFAULT_PORT = 22;
const LARGEST_KEY_BYTES = 65_536;

/** All are text, as typed. */
export interface SftpConfig {
  readonly host: string;
  readonly port: string;
  readonly username: string;
  readonly folder: string;
  /** Path of a private key on this machine, used when no key is stored. */
  readonly keyFile: string;
  /** Accepted fingerprints. */
  readonly hostKey: string;
}

export const SECRETS = ['password', 'privateKey', 'passphrase'] as const;

export type SftpSecrets = Readonly<Record<(typeof SECRETS)[number], string>>;

export function readSftpConfig(given: object): SftpConfig {
  const text = (key: string): string => asText((given as Readonly<Record<string, unknown>>)[key]).trim();
  return {
    host: text('host'),
    port: text('port'),
    username: text('username'),
    folder: text('folder'),
    keyFile: text('keyFile'),
    hostKey: text('hostKey'),
  };
}

export function readSecrets(given: object | undefined): SftpSecrets {
  const text = (key: string): string => asText(((given ?? {}) as Readonly<Record<string, unknown>>)[key]);
  return { password: text('password'), privateKey: text('privateKey'), passphrase: text('passphrase') };
}

/** Whom secrets are sent to. */
export function serverOf(config: SftpConfig): string {
  return `${config.username}@${config.host.toLowerCase()}:${String(portOf(config))}`;
}

function portOf(config: SftpConfig): number {
  return numberSetting(config, 'port', { least: 1, fallback: DEFAULT_PORT });
}

/** @throws BackupError `invalid_request` when the folder or the key file cannot be used */
export async function sftpSettings(
  config: SftpConfig,
  secrets: SftpSecrets,
  instanceName: string,
): Promise<SftpSettings> {
  const folder = config.folder === '' ? DEFAULT_FOLDER : config.folder;
  const key = secrets.privateKey.trim() === '' ? await readKey(config.keyFile) : secrets.privateKey;
  return {
    host: config.host,
    port: portOf(config),
    username: config.username,
    password: secrets.password === '' ? null : secrets.password,
    privateKey: key,
    passphrase: secrets.passphrase === '' ? null : secrets.passphrase,
    hostKeys: parseFingerprints(config.hostKey),
    folder: renderFolder(folder, { instance_name: instanceName }),
  };
}

async function readKey(path: string): Promise<string | null> {
  if (path === '') return null;
  if (!isAbsolute(path)) throw new BackupError('invalid_request', `keyFile: "${path}" is not an absolute path.`);
  try {
    const text = await readFile(path, 'utf8');
    if (text.length <= LARGEST_KEY_BYTES) return text;
  } catch (error) {
    throw toBackupError(error, 'invalid_request', `keyFile: cannot read ${path}`);
  }
  throw new BackupError('invalid_request', `keyFile: ${path} is too large for a private key.`);
}

/** The same for all nodes that mean the same folder of the same server. */
export function sftpAgentId(config: SftpConfig, folder: string): AgentId {
  const names = folder.split('/').filter((name) => name !== '' && name !== '.');
  if (folder.startsWith('/')) return `sftp:${serverOf(config)}/${names.join('/')}`;
  return `sftp:${serverOf(config)}/${['~', ...names.filter((name) => name !== '~')].join('/')}`;
}

/** Host keys that the user has accepted before, as OpenSSH keeps them; see sshd(8), "SSH_KNOWN_HOSTS FILE FORMAT". */
import { createHmac } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { fingerprintOf } from '../index.ts';

/** What a server may show. */
export interface KnownKeys {
  /** `SHA256:…` */
  readonly fingerprints: readonly string[];
  /** Kinds of these keys, as the file names them, e.g. `ssh-ed25519`. */
  readonly types: readonly string[];
}

export interface Server {
  readonly host: string;
  readonly port: number;
}

const USUAL_PORT = 22;
const HASHED = '|1|';

interface Line {
  readonly marker: string | null;
  /** Names and patterns. */
  readonly hosts: string;
  readonly type: string;
  readonly key: string;
}

function parseLine(text: string): Line | null {
  const words = text.trim().split(/\s+/);
  const marker = words[0]?.startsWith('@') === true ? (words.shift() ?? null) : null;
  const [hosts = '', type = '', key = ''] = words;
  return hosts.startsWith('#') || key === '' ? null : { marker, hosts, type, key };
}

function fits(pattern: string, name: string): boolean {
  if (pattern.startsWith(HASHED)) {
    const [salt = '', digest = ''] = pattern.slice(HASHED.length).split('|');
    return createHmac('sha1', Buffer.from(salt, 'base64')).update(name).digest('base64') === digest;
  }
  const source = pattern
    .toLowerCase()
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  return new RegExp(`^${source}$`).test(name);
}

function isFor({ hosts }: Line, name: string): boolean {
  const patterns = hosts.split(',');
  const isExcluded = patterns.some((pattern) => pattern.startsWith('!') && fits(pattern.slice(1), name));
  return !isExcluded && patterns.some((pattern) => fits(pattern, name));
}

/** @param text - the content of a known_hosts file */
export function knownKeys(text: string, { host, port }: Server): KnownKeys {
  const bare = host.toLowerCase();
  const name = port === USUAL_PORT ? bare : `[${bare}]:${port}`;
  const lines = text.split('\n').map(parseLine);
  const found = lines.filter((line) => line !== null).filter((line) => isFor(line, name));
  const fingerprint = ({ key }: Line): string => fingerprintOf(Buffer.from(key, 'base64'));
  const revoked = new Set(found.filter(({ marker }) => marker === '@revoked').map(fingerprint));
  const accepted = found.filter((line) => line.marker === null && !revoked.has(fingerprint(line)));
  return {
    fingerprints: [...new Set(accepted.map(fingerprint))],
    types: [...new Set(accepted.map(({ type }) => type))],
  };
}

/** What the known_hosts files of the user and of the machine say. */
export async function acceptedKeys(server: Server): Promise<KnownKeys> {
  const files = [join(homedir(), '.ssh/known_hosts'), '/etc/ssh/ssh_known_hosts'];
  const texts = await Promise.all(files.map((file) => readFile(file, 'utf8').catch(() => '')));
  return knownKeys(texts.join('\n'), server);
}

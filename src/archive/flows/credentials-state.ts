/** Whether Node-RED could read the credentials of a backup. What is in them goes nowhere. */
import { createDecipheriv, createHash } from 'node:crypto';
import { isObject, parseJsonBytes } from '../../io/json-file.ts';
import type { CredentialsState } from '../tasks.ts';

/** Contents of members; null for one that is not in the backup. */
export interface CredentialFiles {
  readonly credentials: Uint8Array | null;
  /** The member that holds the secret; see docs/format.md, section 2. */
  readonly secret: Uint8Array | null;
  /** `.config.runtime.json`, where Node-RED keeps a secret that it has made up. */
  readonly runtimeConfig: Uint8Array | null;
}

const IV_DIGITS = 32;

export function credentialsState({ credentials, ...files }: CredentialFiles): CredentialsState {
  if (credentials === null) return 'none';
  const content = objectIn(credentials);
  if (content === null) return 'unreadable';
  const sealed = content['$'];
  if (typeof sealed !== 'string') return Object.keys(content).length === 0 ? 'none' : 'plain';
  const secret = secretOf(files);
  if (secret === null) return 'unknown_secret';
  return secret !== false && decrypts(sealed, secret) ? 'decrypted' : 'unreadable';
}

function objectIn(bytes: Uint8Array): Readonly<Record<string, unknown>> | null {
  const json = parseJsonBytes(bytes);
  return json.kind === 'value' && isObject(json.value) ? json.value : null;
}

/** False when credentials are not to be encrypted, null when it is not known. */
function secretOf({ secret, runtimeConfig }: Omit<CredentialFiles, 'credentials'>): string | false | null {
  const carried = secret === null ? undefined : objectIn(secret)?.['credential_secret'];
  if (typeof carried === 'string' || carried === false) return carried;
  const generated = runtimeConfig === null ? undefined : objectIn(runtimeConfig)?.['_credentialSecret'];
  return typeof generated === 'string' ? generated : null;
}

/** As Node-RED does it: AES-256-CTR, which a wrong key does not notice, but no other key makes JSON of it. */
function decrypts(sealed: string, secret: string): boolean {
  try {
    const key = createHash('sha256').update(secret).digest();
    const decipher = createDecipheriv('aes-256-ctr', key, Buffer.from(sealed.slice(0, IV_DIGITS), 'hex'));
    const text = Buffer.concat([decipher.update(sealed.slice(IV_DIGITS), 'base64'), decipher.final()]);
    return objectIn(text) !== null;
  } catch {
    return false;
  }
}

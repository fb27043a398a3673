/** Whether Node-RED could read the credentials of a backup. What is in them goes nowhere. */
import { isObject, parseJsonBytes } from '../../io/json-file.ts';
import { openCredentials } from '../../node-red-credentials.ts';
import type { CredentialsState } from '../tasks.ts';

/** Contents of members; null for one that is not in the backup. */
export interface CredentialFiles {
  readonly credentials: Uint8Array | null;
  /** The member that holds the secret; see docs/format.md, section 2. */
  readonly secret: Uint8Array | null;
  /** `.config.runtime.json`, where Node-RED keeps a secret that it has made up. */
  readonly runtimeConfig: Uint8Array | null;
}

export function credentialsState({ credentials, ...files }: CredentialFiles): CredentialsState {
  if (credentials === null) return 'none';
  const content = objectIn(credentials);
  if (content === null) return 'unreadable';
  if (typeof content['$'] !== 'string') return Object.keys(content).length === 0 ? 'none' : 'plain';
  const secret = secretOf(files);
  if (secret === null) return 'unknown_secret';
  return openCredentials(Buffer.from(credentials).toString('utf8'), secret) === null ? 'unreadable' : 'decrypted';
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

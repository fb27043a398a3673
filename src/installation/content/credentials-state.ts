/** Whether Node-RED could read its credentials. What is in them goes nowhere. */
import { isObject } from '../../io/json-file.ts';
import { openCredentials, type Secret } from '../../node-red-credentials.ts';
import { nodeRedJson } from './node-red-json.ts';

/** How credentials can be read: `none` are stored, or `unknown_secret` when what they are encrypted with is not known. */
export type CredentialsState = 'decrypted' | 'plain' | 'none' | 'unknown_secret' | 'unreadable';

export interface ReadCredentials {
  readonly state: CredentialsState;
  /** Of how many nodes there are some; 0 where they cannot be read. */
  readonly count: number;
  /** What opens them; null where nothing is encrypted, or nothing fits. */
  readonly secret: Secret | null;
}

const NONE: ReadCredentials = { state: 'none', count: 0, secret: null };

/**
 * @param bytes - the content of their file; null when there is none
 * @param secrets - what they may be encrypted with; false: they are not to be
 */
export function readCredentials(bytes: Uint8Array | null, secrets: readonly Secret[]): ReadCredentials {
  const text = new TextDecoder().decode(bytes ?? new Uint8Array());
  // What is not JSON is dropped by Node-RED. Where there is nothing, nothing is lost by that.
  if (bytes === null || text.trim() === '') return NONE;
  const json = nodeRedJson(bytes);
  if (json !== null && Array.isArray(json.value) && json.value.length === 0) return NONE;
  if (json === null || !isObject(json.value)) return { ...NONE, state: 'unreadable' };
  const content = json.value;
  if (!Object.hasOwn(content, '$')) {
    const count = Object.keys(content).length;
    return count === 0 ? NONE : { state: 'plain', count, secret: null };
  }
  for (const secret of secrets) {
    const opened = openCredentials(text, secret);
    if (opened !== null) return { state: 'decrypted', count: Object.keys(opened).length, secret };
  }
  return { ...NONE, state: secrets.length === 0 ? 'unknown_secret' : 'unreadable' };
}

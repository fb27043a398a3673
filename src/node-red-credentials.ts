/** Node-RED's credentials file: AES-256-CTR under the sha256 of the secret, with no tag; a wrong secret shows by what comes out. */
import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto';
import { isObject } from './io/json-file.ts';

const ALGORITHM = 'aes-256-ctr';
const IV_DIGITS = 32;

/** A text as Node-RED takes it; false: credentials are not encrypted. */
export type Secret = string | false;

type Credentials = Readonly<Record<string, unknown>>;

const keyOf = (secret: string): Buffer => createHash('sha256').update(secret).digest();

function parse(text: string): Credentials | null {
  try {
    // Node-RED leaves a byte order mark away.
    const value: unknown = JSON.parse(text.replace(/^\uFEFF/, ''));
    return isObject(value) ? value : null;
  } catch {
    return null;
  }
}

/** @returns null when they cannot be read with this secret */
export function openCredentials(text: string, secret: Secret): Credentials | null {
  const value = parse(text);
  if (value === null) return null;
  if (!Object.hasOwn(value, '$')) return value;
  const { $: sealed } = value;
  if (typeof sealed !== 'string' || secret === false) return null;
  try {
    const decipher = createDecipheriv(ALGORITHM, keyOf(secret), Buffer.from(sealed.slice(0, IV_DIGITS), 'hex'));
    return parse(decipher.update(sealed.slice(IV_DIGITS), 'base64', 'utf8') + decipher.final('utf8'));
  } catch {
    return null;
  }
}

export function sealCredentials(credentials: Credentials, secret: Secret): string {
  if (secret === false) return JSON.stringify(credentials);
  const iv = randomBytes(16);
  const cipher = createCipheriv(ALGORITHM, keyOf(secret), iv);
  const sealed = cipher.update(JSON.stringify(credentials), 'utf8', 'base64') + cipher.final('base64');
  return JSON.stringify({ $: iv.toString('hex') + sealed });
}

/** The first of some secrets that opens them; null when none does. */
export function openWithOneOf(text: string, secrets: readonly Secret[]): Credentials | null {
  for (const secret of secrets) {
    const opened = openCredentials(text, secret);
    if (opened !== null) return opened;
  }
  return null;
}

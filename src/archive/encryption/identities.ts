/** Keys of age as people have them: made, told apart, and read from a file. The package is loaded when it is first needed. */
import { isoLocal } from '../../clock.ts';
import { BackupError } from '../../errors.ts';

/** Whoever has the identity can read what was encrypted to the recipient. */
export interface KeyPair {
  /** Secret: `AGE-SECRET-KEY-1…` */
  readonly identity: string;
  /** Public: `age1…` */
  readonly recipient: string;
}

const IDENTITY = /^AGE-SECRET-KEY-(?:PQ-)?1[A-Z0-9]+$/;
const MOST_IDENTITIES = 100;

export async function generateKeyPair(): Promise<KeyPair> {
  const { generateX25519Identity, identityToRecipient } = await import('age-encryption');
  const identity = await generateX25519Identity();
  return { identity, recipient: await identityToRecipient(identity) };
}

/**
 * The public half.
 *
 * @throws BackupError `invalid_request` when it is no identity; the message does not show it
 */
export async function recipientOf(identity: string): Promise<string> {
  const { identityToRecipient } = await import('age-encryption');
  try {
    return await identityToRecipient(identity);
  } catch {
    throw notAnIdentity('This is no identity of age');
  }
}

/** @returns what is wrong with a recipient, for people; null when nothing is */
export async function recipientProblem(recipient: string): Promise<string | null> {
  const { Encrypter } = await import('age-encryption');
  try {
    new Encrypter().addRecipient(recipient);
    return null;
  } catch {
    return 'This is no recipient of age: they begin with age1. Copy it again.';
  }
}

/**
 * The identities in an identity file of age: one a line, with comments and empty lines between them.
 *
 * @param name - what the file is called in messages
 * @throws BackupError `invalid_request` when there are none, or something else; the message names the line and does not show it
 */
export function parseKeyFile(text: string, name: string): string[] {
  const identities: string[] = [];
  for (const [index, raw] of text.split('\n').entries()) {
    const line = raw.trim();
    if (line === '' || line.startsWith('#')) continue;
    if (!IDENTITY.test(line)) throw notAnIdentity(`Line ${index + 1} of ${name} is no identity of age`);
    identities.push(line);
  }
  if (identities.length === 0) throw notAnIdentity(`${name} holds no identity of age`);
  if (identities.length > MOST_IDENTITIES) {
    const text = `${name} holds ${identities.length} identities. Give at most ${MOST_IDENTITIES}.`;
    throw new BackupError('invalid_request', text);
  }
  return identities;
}

/** An identity file of age, as `age-keygen` writes it. */
export function keyFileText({ identity, recipient }: KeyPair, createdMs: number): string {
  return `# created: ${isoLocal(createdMs)}\n# public key: ${recipient}\n${identity}\n`;
}

function notAnIdentity(what: string): BackupError {
  return new BackupError('invalid_request', `${what}: those begin with AGE-SECRET-KEY-1. Give a file of age-keygen.`);
}

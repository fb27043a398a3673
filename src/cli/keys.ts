/** The options that say what a backup is encrypted with, and what opens it. Secrets are never arguments. */
import { readFile } from 'node:fs/promises';
import { parseKeyFile, recipientOf, toBackupError, type Encryption, type KeySet } from '../index.ts';
import { askNewPassphrase, askPassphrase, passphraseOfEnvironment } from './ask-passphrase.ts';
import type { Invocation } from './command.ts';
import { UsageError } from './usage-error.ts';

/** For a command that reads encrypted backups. */
export const KEY_TEXTS: readonly string[] = ['key-file'];
export const KEY_SWITCHES: readonly string[] = ['passphrase'];

async function identitiesOf(invocation: Invocation): Promise<string[]> {
  const files = invocation.texts['key-file'] ?? [];
  const lists = files.map(async (file) => parseKeyFile(await readKeyFile(file), file));
  return (await Promise.all(lists)).flat();
}

async function readKeyFile(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    throw toBackupError(error, 'invalid_request', `Cannot read the key file ${file}`);
  }
}

/** What the new backup is to be encrypted with, null for nothing. */
export async function encryptionOf(invocation: Invocation): Promise<Encryption | null> {
  const ofFiles = await Promise.all((await identitiesOf(invocation)).map(recipientOf));
  const recipients = [...new Set([...(invocation.texts['recipient'] ?? []), ...ofFiles])];
  const byPassphrase = invocation.switches.has('passphrase');
  if (byPassphrase && recipients.length > 0) {
    throw new UsageError('--passphrase cannot be used together with --recipient or --key-file.');
  }
  if (recipients.length > 0) return { kind: 'recipients', recipients };
  if (!byPassphrase && passphraseOfEnvironment() === null) return null;
  return { kind: 'passphrase', passphrase: await askNewPassphrase() };
}

/** What opens the backup that is to be read. */
export async function keysOf(invocation: Invocation): Promise<KeySet> {
  const identities = await identitiesOf(invocation);
  const byPassphrase = invocation.switches.has('passphrase') || passphraseOfEnvironment() !== null;
  return { identities, passphrases: byPassphrase ? [await askPassphrase()] : [] };
}

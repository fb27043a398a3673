/** A backup-key node's settings, and what they mean for a backup. */
import type { NodeAPI, NodeDef } from 'node-red';
import { recipientOf, type Encryption, type KeySet } from '../../src/index.ts';
import { asText } from '../lib/message-values.ts';

export interface KeyConfig {
  readonly kind: 'identity' | 'recipient' | 'passphrase';
  /** Public: those of others, or the one that belongs to the identity. */
  readonly recipients: readonly string[];
  readonly identity: string;
  readonly passphrase: string;
}

/** What backup-create asks of the node that it is set to. */
export interface KeyHolder {
  encryption(): Promise<Encryption>;
}

/** The engine refuses it, and says so everywhere: a backup that is to be encrypted is never made without. */
const NOBODY: Encryption = { kind: 'recipients', recipients: [] };

/**
 * @param definition - as Node-RED hands it to the node, with fields missing or not
 * @param credentials - undefined while there are none
 */
export function readKeyConfig(definition: NodeDef, credentials: object | undefined): KeyConfig {
  const given = definition as unknown as Readonly<Record<string, unknown>>;
  const secrets = (credentials ?? {}) as Readonly<Record<string, unknown>>;
  const kind = asText(given['kind']);
  return {
    kind: kind === 'recipient' || kind === 'passphrase' ? kind : 'identity',
    recipients: asText(given['recipient'])
      .split(/[\s,]+/)
      .filter((recipient) => recipient !== ''),
    identity: asText(secrets['identity']).trim(),
    passphrase: asText(secrets['passphrase']),
  };
}

/**
 * What backups are encrypted with. The recipient is made anew from the identity, so that the two cannot differ; where the identity is
 * not stored (the flow was imported), backups are made for the recipient all the same.
 *
 * @throws BackupError `invalid_request` when the identity is none
 */
export async function encryptionOf({ kind, recipients, identity, passphrase }: KeyConfig): Promise<Encryption> {
  switch (kind) {
    case 'passphrase':
      return { kind, passphrase };
    case 'recipient':
      return { kind: 'recipients', recipients };
    case 'identity':
      return { kind: 'recipients', recipients: identity === '' ? recipients : [await recipientOf(identity)] };
  }
}

/** What this machine can read with it. */
export function keysOf({ kind, identity, passphrase }: KeyConfig): KeySet {
  return {
    identities: kind === 'identity' && identity !== '' ? [identity] : [],
    passphrases: kind === 'passphrase' && passphrase !== '' ? [passphrase] : [],
  };
}

/** @param id - of a backup-key node; empty for a backup that is not to be encrypted */
export async function encryptionBy(red: NodeAPI, id: string): Promise<Encryption | null> {
  if (id === '') return null;
  const node = red.nodes.getNode(id) as unknown as Partial<KeyHolder> | null | undefined;
  // It is disabled, or was not imported along.
  if (typeof node?.encryption !== 'function') return NOBODY;
  // What is wrong with the key was told when it was deployed.
  return node.encryption().catch(() => NOBODY);
}

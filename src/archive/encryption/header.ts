/** The header of an age file: the file key, wrapped for each who may have it. The package `age-encryption` reads and writes it. */
import { Decrypter, Encrypter, type Stanza } from 'age-encryption';
import { BackupError } from '../../errors.ts';
import type { ByteSource } from '../../io/byte-source.ts';
import type { Encryption, KeySet } from '../../backup-request.ts';
import { ChunkCipher, PAYLOAD_NONCE_BYTES, payloadKey, TAG_BYTES } from './chunks.ts';
import { passphraseIdentity, passphraseRecipient } from './passphrase.ts';

/** One with a few recipients is read at once; the larger holds hundreds. */
const READ_BYTES = [4 * 1024, 256 * 1024];
const MAC_LINE = Buffer.from('\n---');
const START = 'age-encryption.org/';

export interface SealedStart {
  /** Header and nonce: what the file begins with. */
  readonly bytes: Buffer;
  readonly cipher: ChunkCipher;
}

/**
 * Begins a new file, with a key of its own.
 *
 * @throws BackupError `invalid_request` for what is no recipient
 */
export async function beginSealed(encryption: Encryption): Promise<SealedStart> {
  const encrypter = new Encrypter();
  const seen: { fileKey: Uint8Array | null } = { fileKey: null };
  // The package hands the file key to each recipient; this one keeps it, and adds nothing to the header.
  encrypter.addRecipient({
    wrapFileKey: (key) => {
      seen.fileKey = Uint8Array.from(key);
      return [];
    },
  });
  addRecipients(encrypter, encryption);
  const empty = await encrypter.encrypt(new Uint8Array(0));
  if (seen.fileKey === null) throw new Error('age-encryption asked no recipient');
  // An empty file is header, nonce and one tag.
  const bytes = Buffer.from(empty.subarray(0, empty.length - TAG_BYTES));
  return { bytes, cipher: new ChunkCipher(payloadKey(seen.fileKey, bytes.subarray(-PAYLOAD_NONCE_BYTES))) };
}

function addRecipients(encrypter: Encrypter, encryption: Encryption): void {
  if (encryption.kind === 'passphrase') {
    encrypter.addRecipient(passphraseRecipient(encryption.passphrase));
    return;
  }
  if (encryption.recipients.length === 0) throw new BackupError('invalid_request', 'There is no recipient. Give one.');
  for (const recipient of encryption.recipients) {
    try {
      encrypter.addRecipient(recipient);
    } catch {
      // The reason of the package may hold what was given, and that may be an identity.
      throw new BackupError('invalid_request', 'A recipient is not one of age: those begin with age1. Correct it.');
    }
  }
}

export interface OpenedHeader {
  readonly cipher: ChunkCipher;
  /** Place of the first chunk. */
  readonly payloadStart: number;
}

/**
 * Reads the header of a file and opens it with the first key that fits.
 *
 * @throws BackupError `key_missing`, `key_incorrect`, `archive_corrupt` or `unsupported_format`
 */
export async function openHeader(source: ByteSource, keys: KeySet): Promise<OpenedHeader> {
  const header = await readHeader(source);
  const fileKey = await unwrapFileKey(header, keys);
  const nonce = Buffer.alloc(PAYLOAD_NONCE_BYTES);
  if (header.length + nonce.length > source.size) throw corrupt('it is cut off behind its header');
  await source.read(nonce, header.length);
  return { cipher: new ChunkCipher(payloadKey(fileKey, nonce)), payloadStart: header.length + nonce.length };
}

async function readHeader(source: ByteSource): Promise<Buffer> {
  for (const most of READ_BYTES) {
    const bytes = Buffer.alloc(Math.min(most, source.size));
    await source.read(bytes, 0);
    if (bytes.toString('latin1', 0, START.length) !== START) throw corrupt('it does not begin as an age file');
    const macLine = bytes.indexOf(MAC_LINE);
    const end = macLine === -1 ? -1 : bytes.indexOf('\n', macLine + MAC_LINE.length);
    if (end !== -1) return bytes.subarray(0, end + 1);
  }
  throw corrupt('its header has no end');
}

async function unwrapFileKey(header: Buffer, keys: KeySet): Promise<Uint8Array> {
  const seen: { stanzas: readonly Stanza[] | null; noneFits: boolean } = { stanzas: null, noneFits: false };
  const decrypter = new Decrypter();
  decrypter.addIdentity({
    unwrapFileKey: (stanzas: Stanza[]) => {
      seen.stanzas = stanzas;
      return null;
    },
  });
  addIdentities(decrypter, keys);
  // Asked only when no key before it fits.
  decrypter.addIdentity({
    unwrapFileKey: () => {
      seen.noneFits = true;
      return null;
    },
  });
  try {
    return await decrypter.decryptHeader(header);
  } catch (error) {
    if (error instanceof BackupError) throw error;
    if (seen.noneFits) throw noKey(seen.stanzas ?? [], keys);
    throw corrupt(seen.stanzas === null ? 'its header is not one of age' : 'its header was changed', error);
  }
}

function addIdentities(decrypter: Decrypter, { identities, passphrases }: KeySet): void {
  for (const identity of identities) {
    try {
      decrypter.addIdentity(identity);
    } catch {
      // It is no identity of age, so it fits nothing; another may.
    }
  }
  // Last, because each takes time and memory.
  for (const passphrase of passphrases) decrypter.addIdentity(passphraseIdentity(passphrase));
}

function noKey(stanzas: readonly Stanza[], { identities, passphrases }: KeySet): BackupError {
  const wantsPassphrase = stanzas.some(({ args }) => args[0] === 'scrypt');
  const what = `The backup is encrypted ${wantsPassphrase ? 'with a passphrase' : 'to a key'}`;
  const given = wantsPassphrase ? passphrases.length : identities.length;
  if (given === 0) {
    const hint = wantsPassphrase ? 'Give the passphrase' : 'Give the identity, which begins with AGE-SECRET-KEY-1';
    return new BackupError('key_missing', `${what}, and there is none here. ${hint}.`);
  }
  const which = given === 1 ? 'the one given is not it' : `none of the ${given} given is it`;
  return new BackupError(
    'key_incorrect',
    `${what}, and ${which}. Give the one that was in use when the backup was made.`,
  );
}

function corrupt(what: string, cause?: unknown): BackupError {
  const message = `The encrypted archive is damaged: ${what}. Use another copy.`;
  return new BackupError('archive_corrupt', message, { cause });
}

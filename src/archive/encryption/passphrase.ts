/** Passphrases as age has them: scrypt makes a key of one, which wraps the file key. */
import { createCipheriv, createDecipheriv, randomBytes, scrypt } from 'node:crypto';
import { Stanza, type Identity, type Recipient } from 'age-encryption';
import { BackupError } from '../../errors.ts';

/** 64 MiB of memory and a quarter of a second: a machine with 512 MB that runs Node-RED has that to spare. */
const WORK_FACTOR = 16;
/** What the command `age` asks for: 256 MiB. A header that asks for more could be meant to bring this machine down. */
const MOST_WORK_FACTOR = 18;

const LABEL = 'age-encryption.org/v1/scrypt';
const SALT_BYTES = 16;
const BLOCK_SIZE = 8;
const FILE_KEY_BYTES = 16;
const TAG_BYTES = 16;
const ALGORITHM = 'chacha20-poly1305';
/** Each key is used once. */
const NONCE: Buffer = Buffer.alloc(12);

/** Its file can have no other recipient. */
export function passphraseRecipient(passphrase: string): Recipient {
  return {
    async wrapFileKey(fileKey) {
      const salt = randomBytes(SALT_BYTES);
      const key = await stretch(passphrase, salt, WORK_FACTOR);
      const cipher = createCipheriv(ALGORITHM, key, NONCE, { authTagLength: TAG_BYTES });
      const body = Buffer.concat([cipher.update(fileKey), cipher.final(), cipher.getAuthTag()]);
      return [new Stanza(['scrypt', unpadded(salt), String(WORK_FACTOR)], body)];
    },
  };
}

/** @throws (when it is asked) Error for a header that age does not allow, BackupError `unsupported_format` for one that asks for too much memory */
export function passphraseIdentity(passphrase: string): Identity {
  return {
    async unwrapFileKey(stanzas) {
      const stanza = stanzas.find(({ args }) => args[0] === 'scrypt');
      if (stanza === undefined) return null;
      if (stanzas.length > 1) throw new Error('a passphrase beside other recipients');
      const { salt, workFactor } = parseArguments(stanza.args);
      if (stanza.body.length !== FILE_KEY_BYTES + TAG_BYTES) throw new Error('a wrapped key of a wrong length');
      if (workFactor > MOST_WORK_FACTOR) throw tooMuchWork(workFactor);
      const key = await stretch(passphrase, salt, workFactor);
      return unwrap(stanza.body, key);
    },
  };
}

function parseArguments([, salt = '', workFactor = '', ...more]: readonly string[]): {
  salt: Buffer;
  workFactor: number;
} {
  const bytes = Buffer.from(salt, 'base64');
  const isRight =
    more.length === 0 &&
    bytes.length === SALT_BYTES &&
    unpadded(bytes) === salt &&
    /^[1-9][0-9]{0,5}$/.test(workFactor);
  if (!isRight) throw new Error('the arguments of scrypt are not what they must be');
  return { salt: bytes, workFactor: Number(workFactor) };
}

function unwrap(body: Uint8Array, key: Buffer): Buffer | null {
  const decipher = createDecipheriv(ALGORITHM, key, NONCE, { authTagLength: TAG_BYTES });
  decipher.setAuthTag(body.subarray(FILE_KEY_BYTES));
  const fileKey = decipher.update(body.subarray(0, FILE_KEY_BYTES));
  try {
    decipher.final();
  } catch {
    // Another passphrase.
    return null;
  }
  return fileKey;
}

function stretch(passphrase: string, salt: Buffer, workFactor: number): Promise<Buffer> {
  const memory = 2 ** workFactor * BLOCK_SIZE * 128;
  const options = { N: 2 ** workFactor, r: BLOCK_SIZE, p: 1, maxmem: 2 * memory };
  return new Promise((resolve, reject) => {
    scrypt(passphrase, Buffer.concat([Buffer.from(LABEL), salt]), 32, options, (error, key) => {
      if (error === null) resolve(key);
      else reject(error);
    });
  });
}

function unpadded(bytes: Buffer): string {
  return bytes.toString('base64').replace(/=+$/, '');
}

function tooMuchWork(workFactor: number): BackupError {
  const what = `The archive's passphrase has a work factor of ${workFactor}; this version takes up to ${MOST_WORK_FACTOR}, which is 256 MiB.`;
  return new BackupError('unsupported_format', `${what} Decrypt it with the command age first.`);
}

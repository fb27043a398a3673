import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { inflateSync } from 'node:zlib';
import { armor } from 'age-encryption';
import * as vectors from 'cctv-age';
import { openAgeSource } from '../../../../src/archive/encryption/age-source.ts';
import { BackupError } from '../../../../src/errors.ts';
import { openFileSource } from '../../../../src/io/byte-source.ts';
import type { KeySet } from '../../../../src/backup-request.ts';
import { tempFolder } from '../../../helpers/temp-folder.ts';

interface Vector {
  readonly expect: string;
  readonly sha256: string;
  readonly isArmored: boolean;
  readonly keys: KeySet;
  readonly file: Buffer;
}

function parseVector(bytes: Uint8Array): Vector {
  const text = Buffer.from(bytes);
  const end = text.indexOf('\n\n');
  const fields = text
    .toString('utf8', 0, end)
    .split('\n')
    .map((line) => line.split(': ', 2));
  const all = (key: string): string[] => fields.filter(([name]) => name === key).map(([, value]) => value ?? '');
  const body = text.subarray(end + 2);
  return {
    expect: all('expect')[0] ?? '',
    sha256: all('payload')[0] ?? '',
    isArmored: all('armored')[0] === 'yes',
    keys: { identities: all('identity'), passphrases: all('passphrase') },
    file: all('compressed')[0] === 'zlib' ? inflateSync(body) : body,
  };
}

/** What each kind of failure is to the user. A wrapped key that was changed cannot be told from one for somebody else. */
const CODES: Readonly<Record<string, string>> = {
  success: 'success',
  'no match': 'key_incorrect',
  'HMAC failure': 'archive_corrupt',
  'payload failure': 'archive_corrupt',
  'header failure': 'archive_corrupt',
};

const OTHER_CODES: Readonly<Record<string, string>> = {
  // No damage, but 8 GiB of memory.
  scrypt_work_factor_23: 'unsupported_format',
  // A passphrase was given, and what the file wants is something unknown.
  scrypt_uppercase: 'key_missing',
};

describe('the test vectors of age', () => {
  const folder = tempFolder();

  async function decrypt({ file, keys }: Pick<Vector, 'file' | 'keys'>): Promise<string> {
    const path = join(folder(), 'vector.age');
    writeFileSync(path, file);
    const raw = openFileSource(path);
    try {
      const source = await openAgeSource(raw, keys);
      const bytes = Buffer.alloc(source.size);
      await source.read(bytes, 0);
      return createHash('sha256').update(bytes).digest('hex');
    } finally {
      await raw.close();
    }
  }

  async function outcome(vector: Pick<Vector, 'file' | 'keys' | 'sha256'>): Promise<string> {
    try {
      return (await decrypt(vector)) === vector.sha256 ? 'success' : 'wrong bytes';
    } catch (error) {
      if (error instanceof BackupError) return error.code;
      throw error;
    }
  }

  for (const [name, bytes] of Object.entries(vectors)) {
    const vector = parseVector(bytes);
    if (vector.isArmored) {
      it(`${name}: armor is for mail, so it is no archive; its content is ${vector.expect}`, async () => {
        assert.equal(await outcome(vector), 'archive_corrupt');
        if (vector.expect !== 'success') return;
        const file = Buffer.from(armor.decode(vector.file.toString('latin1')));
        assert.equal(await outcome({ ...vector, file }), 'success');
      });
      continue;
    }
    it(`${name}: ${vector.expect}`, async () => {
      const wanted = OTHER_CODES[name] ?? CODES[vector.expect];
      assert.equal(await outcome(vector), wanted);
    });
  }
});

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ErrorCode } from '../../../../src/errors.ts';
import type { KeySet } from '../../../../src/backup-request.ts';
import type { Compression } from '../../../../src/model.ts';
import {
  IDENTITY,
  OTHER_IDENTITY,
  OTHER_RECIPIENT,
  PASSPHRASE,
  RECIPIENT,
  typePassphrase,
} from '../../../helpers/age.ts';
import { BACKUP_ID } from '../../../helpers/archives.ts';
import { buildTar, file, folderEntry } from '../../../helpers/built-archive.ts';
import { assertRestored, stored, Surroundings, told } from '../../../helpers/hostile.ts';
import { tempFolder } from '../../../helpers/temp-folder.ts';
import { seal, wrapTar } from '../../../helpers/wrapped-archive.ts';

const ENTRIES = [folderEntry('d'), file('d/a'), file('b', 'x'.repeat(200_000))];
const COMPRESSIONS: readonly Compression[] = ['none', 'gzip', 'zstd'];
const KEY: KeySet = { identities: [IDENTITY], passphrases: [] };
const WORDS: KeySet = { identities: [], passphrases: [PASSPHRASE] };

describe('an encrypted archive', function () {
  const folder = tempFolder();
  const built = buildTar(ENTRIES);

  async function plain(compression: Compression): Promise<Buffer> {
    return wrapTar(built.tar, built.manifestAt, { compression, keys: null });
  }

  const refusals: readonly (readonly [string, KeySet, ErrorCode, RegExp])[] = [
    ['no key', { identities: [], passphrases: [] }, 'key_missing', /to a key, and there is none here/],
    ['only a passphrase', WORDS, 'key_missing', /to a key, and there is none here/],
    ['another key', { identities: [OTHER_IDENTITY], passphrases: [] }, 'key_incorrect', /the one given is not it/],
    [
      'a key that is none',
      { identities: ['AGE-SECRET-KEY-1X'], passphrases: [] },
      'key_incorrect',
      /the one given is not it/,
    ],
  ];
  for (const compression of COMPRESSIONS) {
    it(`is refused without its key, and restored with it (${compression})`, async () => {
      const around = new Surroundings(folder());
      const bytes = await seal(await plain(compression));
      for (const [, keys, code, message] of refusals) {
        await around.assertRefused(told(bytes, built, { compression, keys }), { code, message });
      }
      await around.restore(told(bytes, built, { compression, keys: KEY }));
      assertRestored(around.target, ENTRIES);
      around.assertOutsideUntouched();
    });
  }

  it('is refused with another passphrase or none, and restored with its own', async () => {
    const around = new Surroundings(folder());
    const bytes = await seal(await plain('zstd'), { kind: 'passphrase', passphrase: PASSPHRASE });
    const given = (keys: KeySet): ReturnType<typeof told> => told(bytes, built, { compression: 'zstd', keys });
    const wrong = given({ identities: [], passphrases: [`${PASSPHRASE} `] });
    await around.assertRefused(wrong, { code: 'key_incorrect', message: /with a passphrase, and the one given/ });
    await around.assertRefused(given(KEY), { code: 'key_missing', message: /Give the passphrase/ });
    await around.restore(given(WORDS));
    assertRestored(around.target, ENTRIES);
  });

  it('is refused when it is said not to be encrypted, and the other way round', async () => {
    for (const compression of COMPRESSIONS) {
      const around = new Surroundings(mkFolder(compression));
      const sealed = told(await seal(await plain(compression)), built, { compression, keys: null });
      await around.assertRefused(sealed, { message: /no manifest|no seek table|trailer of the archive is damaged/ });
      const open = told(await plain(compression), built, { compression, keys: KEY });
      await around.assertRefused(open, { message: /does not begin as an age file/ });
    }
  });

  function mkFolder(name: string): string {
    const path = join(folder(), name);
    execFileSync('mkdir', [path]);
    return path;
  }

  /** What the command age makes of these bytes. */
  function byAge(bytes: Buffer, ...args: readonly string[]): Buffer {
    const [input, output] = [join(folder(), 'input'), join(folder(), 'output.age')];
    writeFileSync(input, bytes);
    execFileSync('age', [...args, '-o', output, input]);
    return readFileSync(output);
  }

  it('is restored when the command age made it of an archive of ours', async () => {
    for (const compression of COMPRESSIONS) {
      const around = new Surroundings(mkFolder(compression));
      const bytes = byAge(await plain(compression), '-r', OTHER_RECIPIENT, '-r', RECIPIENT);
      await around.restore(told(bytes, built, { compression, keys: KEY }));
      assertRestored(around.target, ENTRIES);
    }
  });

  it('is refused when the command age made it of something else, for our key', async () => {
    const around = new Surroundings(mkFolder('around'));
    const strange: Readonly<Record<string, Buffer>> = {
      nothing: Buffer.alloc(0),
      'a letter': Buffer.from('Dear Sir or Madam,\n'),
      'a tar of another tool': foreignTar(),
      'much of it': Buffer.alloc(300_000, 'x'),
    };
    for (const bytes of Object.values(strange)) {
      const sealed = byAge(bytes, '-r', RECIPIENT);
      for (const compression of COMPRESSIONS) {
        await around.assertRefused(told(sealed, built, { compression, keys: KEY }), {
          message: /no manifest|no seek table|too short|trailer of the archive is damaged|holds nothing/,
        });
      }
    }
    const good = byAge(await plain('none'), '-r', RECIPIENT);
    await around.restore(told(good, built, { compression: 'none', keys: KEY }));
  });

  it('is refused as an age file in letters, which no backup is', async () => {
    const around = new Surroundings(mkFolder('around'));
    const armored = byAge(await plain('none'), '-a', '-r', RECIPIENT);
    await around.assertRefused(told(armored, built, { compression: 'none', keys: KEY }), {
      message: /does not begin as an age file/,
    });
  });

  it('is refused when the command age made it with a passphrase that is not the one given', async () => {
    const around = new Surroundings(mkFolder('around'));
    const [input, output] = [join(folder(), 'input'), join(folder(), 'output.age')];
    writeFileSync(input, await plain('none'));
    const { code, text } = await typePassphrase(`age -p -o "${output}" "${input}"`, PASSPHRASE);
    assert.equal(code, 0, text);
    const bytes = readFileSync(output);
    const other = told(bytes, built, { compression: 'none', keys: { identities: [], passphrases: ['other'] } });
    await around.assertRefused(other, { code: 'key_incorrect', message: /the one given is not it/ });
    await around.restore(told(bytes, built, { compression: 'none', keys: WORDS }));
    assertRestored(around.target, ENTRIES);
  });

  function foreignTar(): Buffer {
    writeFileSync(join(folder(), 'file'), 'content');
    return execFileSync('tar', ['-C', folder(), '-cf', '-', 'file']);
  }
});

describe('an archive of a newer format', () => {
  const folder = tempFolder();

  it('is refused with the advice to update, and the same of this format is restored', async () => {
    const around = new Surroundings(folder());
    const of = (format: number): ReturnType<typeof buildTar> =>
      buildTar(ENTRIES, { header: JSON.stringify({ format, backup_id: BACKUP_ID }) });
    for (const keys of [null, KEY]) {
      for (const compression of COMPRESSIONS) {
        await around.assertRefused(await stored(of(2), { compression, keys }), {
          code: 'unsupported_format',
          message: /has format 2; this version reads up to 1\. Update/,
        });
      }
    }
    await around.restore(await stored(of(1), { compression: 'zstd', keys: KEY }));
    assertRestored(around.target, ENTRIES);
  });
});

import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Decrypter } from 'age-encryption';
import fc from 'fast-check';
import { openAgeSealer } from '../../../../src/archive/encryption/age-sealer.ts';
import { openAgeSource } from '../../../../src/archive/encryption/age-source.ts';
import { openRange } from '../../../../src/archive/encryption/sealed-range.ts';
import { openFileSource } from '../../../../src/io/byte-source.ts';
import { IDENTITY, OTHER_IDENTITY, OTHER_RECIPIENT, PASSPHRASE, RECIPIENT } from '../../../helpers/age.ts';
import { tempFolder } from '../../../helpers/temp-folder.ts';

const CHUNK = 64 * 1024;
const KEYS = { identities: [IDENTITY], passphrases: [] };
const RECIPIENTS = { kind: 'recipients', recipients: [RECIPIENT] } as const;

/** As the archive does it: some bytes at a time. */
async function seal(content: Buffer, steps: readonly number[]): Promise<Buffer> {
  const sealer = await openAgeSealer(RECIPIENTS);
  const parts: Buffer[] = [];
  let at = 0;
  for (const step of [...steps, content.length]) {
    parts.push(Buffer.from(sealer.update(content.subarray(at, at + step))));
    at = Math.min(content.length, at + step);
  }
  parts.push(Buffer.from(sealer.final()));
  return Buffer.concat(parts);
}

async function decryptByPackage(sealed: Buffer, identity = IDENTITY): Promise<Buffer> {
  const decrypter = new Decrypter();
  decrypter.addIdentity(identity);
  return Buffer.from(await decrypter.decrypt(sealed));
}

describe('an encrypted payload', () => {
  const folder = tempFolder();

  for (const length of [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK, 3 * CHUNK + 5]) {
    it(`of ${String(length)} bytes is the same, whoever decrypts it and however it was cut`, async () => {
      const content = randomBytes(length);
      for (const steps of [[], [1], [CHUNK], [CHUNK - 1, 2, 0, CHUNK], [100, CHUNK, CHUNK - 100]]) {
        const sealed = await seal(content, steps);
        assert.deepEqual(await decryptByPackage(sealed), content, `steps ${steps.join(', ')}`);
        const path = join(folder(), 'x.age');
        writeFileSync(path, sealed);
        const source = await openAgeSource(openFileSource(path), KEYS);
        const bytes = Buffer.alloc(source.size);
        await source.read(bytes, 0);
        await source.close();
        assert.deepEqual(bytes, content);
      }
    });
  }

  it('can be read at any place', async () => {
    const content = randomBytes(5 * CHUNK + 123);
    const path = join(folder(), 'x.age');
    writeFileSync(path, await seal(content, []));
    const source = await openAgeSource(openFileSource(path), KEYS);
    const range = fc
      .tuple(fc.nat(content.length), fc.nat(3 * CHUNK))
      .map(([start, length]) => [start, Math.min(content.length, start + length)] as const);
    await fc.assert(
      fc.asyncProperty(range, async ([start, end]) => {
        const bytes = Buffer.alloc(end - start);
        await source.read(bytes, start);
        assert.ok(bytes.equals(content.subarray(start, end)), `bytes ${String(start)} to ${String(end)}`);
      }),
    );
    await assert.rejects(source.read(Buffer.alloc(1), content.length), { code: 'archive_corrupt' });
    await source.close();
  });

  it('costs, of the file, only the chunks that are asked for, each once', async () => {
    const content = randomBytes(40 * CHUNK);
    const path = join(folder(), 'x.age');
    writeFileSync(path, await seal(content, []));
    const file = openFileSource(path);
    let fetched = 0;
    const counting = {
      size: file.size,
      read: (target: Uint8Array, position: number) => {
        fetched += target.length;
        return file.read(target, position);
      },
      close: () => file.close(),
    };
    const source = await openAgeSource(counting, KEYS);
    const opening = fetched;
    assert.ok(opening < 2 * CHUNK, 'the header and the last chunk');
    await source.read(Buffer.alloc(100), content.length - 100);
    assert.equal(fetched, opening, 'the last chunk is known');
    await source.read(Buffer.alloc(CHUNK), 10 * CHUNK + 1);
    await source.read(Buffer.alloc(CHUNK), 11 * CHUNK + 1);
    assert.equal(fetched, opening + 3 * (CHUNK + 16), 'neighbours share a chunk');
    await source.close();
  });

  it('that is cut off at a border of chunks is not even opened', async () => {
    const sealed = await seal(randomBytes(3 * CHUNK), []);
    const path = join(folder(), 'x.age');
    for (const chunks of [1, 2]) {
      writeFileSync(path, sealed.subarray(0, sealed.length - chunks * (CHUNK + 16)));
      await assert.rejects(openAgeSource(openFileSource(path), KEYS), { code: 'archive_corrupt' });
    }
  });

  it('is opened in another thread as here, chunk by chunk at its own place only', async () => {
    const content = randomBytes(5 * CHUNK + 100);
    const sealed = await seal(content, []);
    const path = join(folder(), 'x.age');
    writeFileSync(path, sealed);
    const source = await openAgeSource(openFileSource(path), KEYS);
    for (const [position, length] of [
      [0, content.length],
      [CHUNK, CHUNK],
      [CHUNK - 1, 2],
      [content.length - 1, 1],
    ] as const) {
      const range = source.sealedRange(position, length);
      const bytes = (): Buffer => Buffer.from(sealed.subarray(range.fileStart, range.fileStart + range.fileLength));
      assert.ok(content.subarray(position, position + length).equals(openRange(bytes(), range)), String(position));
      for (const at of [0, range.fileLength - 1]) {
        const changed = bytes();
        changed[at] = (changed[at] ?? 0) ^ 1;
        assert.throws(() => openRange(changed, range), /not what was encrypted/);
      }
      assert.throws(() => openRange(bytes(), { ...range, firstChunk: range.firstChunk + 1 }), /not what was encrypted/);
    }
    await source.close();
  });

  it('opens for each of its recipients, and no two files have the same key', async () => {
    const sealers = await Promise.all(
      [1, 2].map(() => openAgeSealer({ kind: 'recipients', recipients: [RECIPIENT, OTHER_RECIPIENT] })),
    );
    const content = randomBytes(100);
    const files = sealers.map((sealer) => {
      const start = Buffer.from(sealer.update(content));
      return Buffer.concat([start, sealer.final()]);
    });
    const [first = Buffer.alloc(0), second = Buffer.alloc(0)] = files;
    assert.deepEqual(await decryptByPackage(first, IDENTITY), content);
    assert.deepEqual(await decryptByPackage(first, OTHER_IDENTITY), content);
    assert.notDeepEqual(first.subarray(-116), second.subarray(-116));
  });

  it('opens with a passphrase, and its header asks for 64 MiB', async () => {
    const sealer = await openAgeSealer({ kind: 'passphrase', passphrase: PASSPHRASE });
    const sealed = Buffer.concat([Buffer.from(sealer.update(Buffer.from('hello'))), sealer.final()]);
    assert.match(sealed.toString('latin1'), /^age-encryption\.org\/v1\n-> scrypt \S{22} 16\n/);
    const decrypter = new Decrypter();
    decrypter.addPassphrase(PASSPHRASE);
    assert.equal(await decrypter.decrypt(sealed, 'text'), 'hello');
  });

  for (const recipient of [`${RECIPIENT.slice(0, -1)}x`, IDENTITY, 'ssh-ed25519 AAAA', '']) {
    it(`is not made for "${recipient.slice(0, 12)}…", and the reason does not show it`, async () => {
      const work = openAgeSealer({ kind: 'recipients', recipients: [recipient] });
      await assert.rejects(work, (error: Error & { code?: string }) => {
        assert.equal(error.code, 'invalid_request');
        return recipient === '' || !`${error.message}${String(error.cause)}`.includes(recipient.slice(-12));
      });
    });
  }
});

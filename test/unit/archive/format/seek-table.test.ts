import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { decodeSeekTable, encodeSeekTable } from '../../../../src/archive/format/seek-table.ts';
import {
  decodeTrailer,
  encodeGzipTrailer,
  encodeZstdTrailer,
  type Trailer,
} from '../../../../src/archive/format/trailer.ts';
import { create, folderSource } from '../../../helpers/archives.ts';
import { tempFolder } from '../../../helpers/temp-folder.ts';

/** Where flipping one bit is not noticed. */
function unnoticed(bytes: Buffer, decode: (bytes: Buffer) => unknown): string[] {
  const missed: string[] = [];
  for (let bit = 0; bit < bytes.length * 8; bit++) {
    const at = bit >> 3;
    const damaged = Buffer.from(bytes);
    damaged[at] = (damaged[at] ?? 0) ^ (1 << (bit & 7));
    try {
      decode(damaged);
      missed.push(`bit ${bit & 7} of byte ${at}`);
    } catch {
      // Noticed.
    }
  }
  return missed;
}

describe('the seek table', () => {
  const folder = tempFolder();
  const frames = [
    { compressedSize: 300, size: 1536 },
    { compressedSize: 0xfffffffe, size: 4_194_304 },
    { compressedSize: 72, size: 0 },
  ];

  it('is read as it was written', () => {
    assert.deepEqual(decodeSeekTable(encodeSeekTable(frames)), frames);
  });

  it('is refused with any bit of its frame flipped, the entries apart', () => {
    const table = encodeSeekTable(frames);
    const entries = table.subarray(8, 8 + frames.length * 8);
    const missed = unnoticed(Buffer.concat([table.subarray(0, 8), table.subarray(8 + entries.length)]), (bytes) =>
      decodeSeekTable(Buffer.concat([bytes.subarray(0, 8), entries, bytes.subarray(8)])),
    );
    assert.deepEqual(missed, []);
  });

  it('is refused when it is cut', () => {
    const table = encodeSeekTable(frames);
    for (let start = 1; start < table.length; start++) {
      assert.throws(() => decodeSeekTable(table.subarray(start)), /seek table/, `from byte ${start}`);
    }
  });

  /** By the published "Zstandard Seekable Format" 0.1.0 alone: nothing of ours is used to find or open a frame. */
  it('leads another reader to each frame of a real archive', async () => {
    const root = join(folder(), 'root');
    mkdirSync(root);
    writeFileSync(join(root, 'large'), randomBytes(9 * 1024 * 1024));
    const path = join(folder(), 'archive.tar.zst');
    await create(path, { sources: [folderSource(root)] });
    const bytes = readFileSync(path);

    assert.equal(bytes.readUInt32LE(bytes.length - 4), 0x8f92eab1);
    const descriptor = bytes[bytes.length - 5] ?? 0xff;
    assert.equal(descriptor & 0x7c, 0, 'reserved bits');
    const entryBytes = (descriptor & 0x80) === 0 ? 8 : 12;
    const count = bytes.readUInt32LE(bytes.length - 9);
    const start = bytes.length - 9 - count * entryBytes - 8;
    assert.equal(bytes.readUInt32LE(start), 0x184d2a5e);
    assert.equal(bytes.readUInt32LE(start + 4), count * entryBytes + 9);

    const tar: Buffer[] = [];
    let at = 0;
    for (let i = 0; i < count; i++) {
      const compressedSize = bytes.readUInt32LE(start + 8 + i * entryBytes);
      const size = bytes.readUInt32LE(start + 12 + i * entryBytes);
      const frame = bytes.subarray(at, at + compressedSize);
      const opened = execFileSync('zstd', ['-dcq'], { input: frame, maxBuffer: 1 << 26 });
      assert.equal(opened.length, size, `frame ${i}`);
      tar.push(opened);
      at += compressedSize;
    }
    assert.equal(at, start);
    const whole = execFileSync('zstd', ['-dcq', path], { maxBuffer: 1 << 26 });
    assert.ok(Buffer.concat(tar).equals(whole));
    assert.ok(count > 4);
  });
});

describe('the trailer', () => {
  const trailer: Trailer = {
    manifestTarOffset: 2 ** 40 + 512,
    manifestFileOffset: 12_345,
    tarSize: 2 ** 40 + 8192,
    sha256: Buffer.alloc(32, 0xab),
  };
  /** The sum is content: a change in it is found when it is compared. */
  const withoutSum = (bytes: Buffer): unknown => {
    const { sha256, ...places } = decodeTrailer(bytes);
    assert.deepEqual(sha256, trailer.sha256);
    assert.deepEqual({ ...places, sha256 }, trailer);
    return places;
  };

  for (const [name, encode] of Object.entries({ zstd: encodeZstdTrailer, gzip: encodeGzipTrailer })) {
    it(`is read as it was written (${name})`, () => {
      assert.deepEqual(decodeTrailer(encode(trailer)), trailer);
    });

    it(`may be without a sum (${name})`, () => {
      assert.deepEqual(decodeTrailer(encode({ ...trailer, sha256: null })), { ...trailer, sha256: null });
    });

    it(`shows every flipped bit (${name})`, () => {
      assert.deepEqual(unnoticed(encode(trailer), withoutSum), []);
    });
  }

  it('is passed over by stock tools', () => {
    const stock = (tool: string, input: Buffer): string => execFileSync(tool, ['-dcq'], { input, encoding: 'utf8' });
    assert.equal(stock('gzip', encodeGzipTrailer(trailer)), '');
    assert.equal(stock('zstd', encodeZstdTrailer(trailer)), '');
  });
});

import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { decodeSeekTable, encodeSeekTable, type FrameSizes } from '../../../../src/archive/format/seek-table.ts';
import {
  decodeTrailer,
  encodeGzipTrailer,
  encodeZstdTrailer,
  GZIP_TRAILER_BYTES,
  ZSTD_TRAILER_BYTES,
  type Trailer,
} from '../../../../src/archive/format/trailer.ts';
import { create, folderSource, verify } from '../../../helpers/archives.ts';
import { tempFolder } from '../../../helpers/temp-folder.ts';

const CHANGES: Readonly<Record<string, (trailer: Trailer) => Partial<Trailer>>> = {
  'a longer tar stream': ({ tarSize }) => ({ tarSize: tarSize + 512 }),
  'a manifest that begins later': ({ manifestTarOffset }) => ({ manifestTarOffset: manifestTarOffset + 512 }),
  'a manifest that begins at once': () => ({ manifestTarOffset: 0, manifestFileOffset: 0 }),
  'a manifest at another place of the file': ({ manifestFileOffset }) => ({
    manifestFileOffset: manifestFileOffset - 1,
  }),
  'a manifest behind the end': () => ({ manifestTarOffset: 2 ** 40, manifestFileOffset: 2 ** 40 }),
  'another sum': () => ({ sha256: Buffer.alloc(32, 1) }),
};

const TABLES: Readonly<Record<string, (frames: FrameSizes[]) => FrameSizes[]>> = {
  'one frame less': (frames) => frames.slice(1),
  'one frame more': (frames) => [{ compressedSize: 1, size: 1 }, ...frames],
  'no frame at all': () => [],
  'the trailer alone': (frames) => frames.slice(-1),
  'no trailer': (frames) => frames.slice(0, -1),
  'a frame that holds more': ([first = { compressedSize: 1, size: 1 }, ...rest]) => [
    { ...first, size: first.size + 512 },
    ...rest,
  ],
  'two frames with a shifted border': ([first, second, ...rest]) => {
    assert.ok(first !== undefined && second !== undefined);
    return [
      { ...first, compressedSize: first.compressedSize + 1 },
      { ...second, compressedSize: second.compressedSize - 1 },
      ...rest,
    ];
  },
  'a frame of impossible size': ([first = { compressedSize: 1, size: 1 }, ...rest]) => [
    { ...first, size: 0xffffffff },
    ...rest,
  ],
};

describe('an archive whose end says', () => {
  const folder = tempFolder();

  async function made(compression: 'zstd' | 'gzip'): Promise<{ path: string; bytes: Buffer }> {
    const root = join(folder(), 'root');
    mkdirSync(root);
    writeFileSync(join(root, 'text'), 'the quick brown fox\n'.repeat(400));
    const path = join(folder(), 'archive');
    await create(path, { sources: [folderSource(root)], compression });
    assert.deepEqual((await verify(path, { compression })).problems, []);
    return { path, bytes: readFileSync(path) };
  }

  async function assertFound(path: string, parts: readonly Buffer[], compression: 'zstd' | 'gzip'): Promise<void> {
    writeFileSync(path, Buffer.concat(parts));
    const { problems } = await verify(path, { compression });
    assert.ok(problems.length > 0);
    assert.ok(problems.every(({ code }) => code === 'archive_corrupt'));
  }

  const tableBytes = (bytes: Buffer): number => bytes.readUInt32LE(bytes.length - 9) * 8 + 17;

  for (const [title, change] of Object.entries(CHANGES)) {
    it(`${title} is reported (zstd)`, async () => {
      const { path, bytes } = await made('zstd');
      const end = bytes.length - tableBytes(bytes);
      const trailer = decodeTrailer(bytes.subarray(end - ZSTD_TRAILER_BYTES, end));
      const forged = encodeZstdTrailer({ ...trailer, ...change(trailer) });
      await assertFound(path, [bytes.subarray(0, end - ZSTD_TRAILER_BYTES), forged, bytes.subarray(end)], 'zstd');
    });

    it(`${title} is reported (gzip)`, async () => {
      const { path, bytes } = await made('gzip');
      const trailer = decodeTrailer(bytes.subarray(-GZIP_TRAILER_BYTES));
      const forged = encodeGzipTrailer({ ...trailer, ...change(trailer) });
      await assertFound(path, [bytes.subarray(0, -GZIP_TRAILER_BYTES), forged], 'gzip');
    });
  }

  for (const [title, change] of Object.entries(TABLES)) {
    it(`${title} is reported`, async () => {
      const { path, bytes } = await made('zstd');
      const end = bytes.length - tableBytes(bytes);
      const forged = encodeSeekTable(change(decodeSeekTable(bytes.subarray(end))));
      await assertFound(path, [bytes.subarray(0, end), forged], 'zstd');
    });
  }
});

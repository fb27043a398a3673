import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readFileEntries } from '../../../../src/archive/read/file-entries.ts';
import { create, folderSource, restore, verify } from '../../../helpers/archives.ts';
import { tempFolder } from '../../../helpers/temp-folder.ts';

const MIB = 1024 * 1024;

/** Does not compress, and is the same each time. */
function noise(size: number, seed: string): Buffer {
  const blocks = Array.from({ length: Math.ceil(size / 64) }, (_, i) =>
    createHash('sha512').update(`${seed}${i}`).digest(),
  );
  return Buffer.concat(blocks).subarray(0, size);
}

/** First byte of each frame, by the seek table. */
function frameStarts(bytes: Buffer): number[] {
  const count = bytes.readUInt32LE(bytes.length - 9);
  const table = bytes.length - 9 - count * 8;
  const starts: number[] = [];
  let at = 0;
  for (let i = 0; i < count; i++) {
    starts.push(at);
    at += bytes.readUInt32LE(table + i * 8);
  }
  return starts;
}

describe('an archive with damaged frames', () => {
  const folder = tempFolder();
  let path = '';
  let starts: number[] = [];

  /** Frames: backup.json; a and the first 3 MiB of b; the rest of b and the first part of c; c; c and d; manifest; trailer. */
  beforeEach(async () => {
    const root = join(folder(), 'root');
    mkdirSync(root);
    for (const [name, size] of Object.entries({ a: MIB, b: 5 * MIB, c: 9 * MIB, d: 1000 })) {
      writeFileSync(join(root, name), noise(size, name));
    }
    path = join(folder(), 'archive');
    await create(path, { sources: [folderSource(root)] });
    starts = frameStarts(readFileSync(path));
    assert.equal(starts.length, 7);
  });

  function damage(...frames: readonly number[]): void {
    const bytes = readFileSync(path);
    for (const frame of frames) {
      const at = (starts[frame] ?? 0) + 1000;
      bytes[at] = (bytes[at] ?? 0) ^ 0x10;
    }
    writeFileSync(path, bytes);
  }

  const damagedMembers = async (): Promise<(string | null)[]> => {
    const { problems } = await verify(path);
    return problems.map(({ member }) => member).filter((member) => member !== null);
  };

  it('is reported with the members that lie in them, and with no other', async () => {
    damage(1);
    assert.deepEqual(await damagedMembers(), ['data', 'data/a', 'data/b']);
  });

  it('is checked on behind them', async () => {
    damage(2, 4);
    assert.deepEqual(await damagedMembers(), ['data/b', 'data/c', 'data/d']);
  });

  it('gives back what does not lie in them, when that is asked for by name', async () => {
    damage(1, 2, 3);
    const target = join(folder(), 'target');
    await restore(path, target, { paths: ['data/d'] }).then(() =>
      assert.ok(readFileSync(join(target, 'data', 'd')).equals(noise(1000, 'd'))),
    );
    await assert.rejects(restore(path, target, { paths: ['data/a'] }), /damaged/);
    assert.deepEqual(readdirSync(join(target, 'data')), ['d']);
  });

  it('tells its members without reading them', async () => {
    damage(0, 1, 2, 3, 4);
    const names: string[] = [];
    for await (const entry of readFileEntries({ path, compression: 'zstd', keys: null })) names.push(entry.path);
    assert.deepEqual(names, ['backup.json', 'data', 'data/a', 'data/b', 'data/c', 'data/d']);
  });
});

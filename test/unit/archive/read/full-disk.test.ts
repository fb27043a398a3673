import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { BackupError } from '../../../../src/errors.ts';
import { create, folderSource, restore } from '../../../helpers/archives.ts';
import { buildArchive, file } from '../../../helpers/built-archive.ts';
import { withSmallDisk } from '../../../helpers/small-disk.ts';
import { tempFolder } from '../../../helpers/temp-folder.ts';

const MIB = 1024 * 1024;

describe('a restore to a disk that is too small', () => {
  const folder = tempFolder();

  const noSpace = (error: unknown): boolean => {
    assert.ok(error instanceof BackupError, String(error));
    assert.equal(error.code, 'no_space', error.message);
    assert.equal(typeof error.data['free'], 'number');
    assert.equal(typeof error.data['needed'], 'number');
    assert.match(error.message, /Not enough space .* Nothing was changed/);
    return true;
  };

  /** As it was: with one file of somebody in it. */
  async function onDisk(work: (disk: string, target: string) => Promise<void>): Promise<void> {
    await withSmallDisk(join(folder(), 'disk'), async (disk) => {
      const target = join(disk, 'target');
      mkdirSync(target);
      writeFileSync(join(target, 'mine'), 'mine');
      await work(disk, target);
    });
  }

  function assertUntouched(disk: string, target: string): void {
    assert.deepEqual(readdirSync(disk), ['target']);
    assert.deepEqual(readdirSync(target), ['mine']);
    assert.equal(readFileSync(join(target, 'mine'), 'utf8'), 'mine');
  }

  it('says so before anything is written', async () => {
    const archive = join(folder(), 'archive.tar');
    writeFileSync(archive, buildArchive([file('large', 'x'.repeat(5 * MIB))]));
    await onDisk(async (disk, target) => {
      await assert.rejects(
        restore(archive, target, { compression: 'none' }),
        (error: unknown) => noSpace(error) && error instanceof Error && error.cause === undefined,
      );
      assertUntouched(disk, target);
    });
  });

  it('says so in the middle, and takes everything back', async () => {
    // Small files take more on disk than in the archive: 1,500 pages of 4 KiB.
    const archive = join(folder(), 'archive.tar');
    writeFileSync(archive, buildArchive(Array.from({ length: 1500 }, (_, i) => file(`f${i}`, 'x'))));
    await onDisk(async (disk, target) => {
      await assert.rejects(restore(archive, target, { compression: 'none' }), noSpace);
      assertUntouched(disk, target);
    });
  });

  it('is done where only the holes of its files would not fit', async () => {
    const root = join(folder(), 'root');
    mkdirSync(root);
    writeFileSync(join(root, 'holes'), 'x');
    truncateSync(join(root, 'holes'), 64 * MIB);
    const archive = join(folder(), 'archive');
    await create(archive, { sources: [folderSource(root)] });
    await onDisk(async (_, target) => {
      await restore(archive, target);
      assert.equal(statSync(join(target, 'data', 'holes')).size, 64 * MIB);
    });
  });
});

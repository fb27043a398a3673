import assert from 'node:assert/strict';
import {
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { create, folderSource, restore } from '../../../helpers/archives.ts';
import { failsWith } from '../../../helpers/fails-with.ts';
import { tempFolder } from '../../../helpers/temp-folder.ts';

describe('restore to a folder', () => {
  const folder = tempFolder();
  let archive = '';
  let target = '';

  beforeEach(async () => {
    const root = join(folder(), 'root');
    mkdirSync(join(root, 'sub'), { recursive: true });
    writeFileSync(join(root, 'a'), 'new a');
    writeFileSync(join(root, 'sub', 'b'), 'new b');
    linkSync(join(root, 'sub', 'b'), join(root, 'twin'));
    symlinkSync('/etc', join(root, 'way-out'));
    archive = join(folder(), 'archive');
    target = join(folder(), 'target');
    await create(archive, { sources: [folderSource(root)] });
  });

  const leftovers = (): string[] => readdirSync(folder()).filter((name) => name.startsWith('.nightkeep'));

  it('makes the target when it is not there', async () => {
    const result = await restore(archive, join(folder(), 'not', 'there'));
    assert.equal(result.files, 3);
    assert.equal(readFileSync(join(folder(), 'not', 'there', 'data', 'a'), 'utf8'), 'new a');
  });

  it('refuses a sound archive that is not the one whose manifest is known', async () => {
    const root = join(folder(), 'root');
    const made = await create(join(folder(), 'first'), { sources: [folderSource(root)] });
    writeFileSync(join(root, 'a'), 'other');
    const other = join(folder(), 'other');
    await create(other, { sources: [folderSource(root)] });
    const { manifestSha256 } = made;
    for (const paths of [null, ['data/sub/b']]) {
      const restored = restore(other, target, { manifestSha256, paths });
      await assert.rejects(restored, failsWith('archive_corrupt', /not the one that was made here/));
      assert.equal(existsSync(target), false);
    }
    await restore(join(folder(), 'first'), target, { manifestSha256 });
    assert.equal(readFileSync(join(target, 'data', 'a'), 'utf8'), 'new a');
  });

  it('merges into a target that is there and leaves what is in it', async () => {
    mkdirSync(join(target, 'data'), { recursive: true });
    writeFileSync(join(target, 'data', 'mine'), 'mine');
    await restore(archive, target);
    assert.equal(readFileSync(join(target, 'data', 'mine'), 'utf8'), 'mine');
    assert.equal(readFileSync(join(target, 'data', 'sub', 'b'), 'utf8'), 'new b');
    assert.deepEqual(leftovers(), []);
  });

  it('changes nothing when a file is already there', async () => {
    mkdirSync(join(target, 'data'), { recursive: true });
    writeFileSync(join(target, 'data', 'a'), 'old a');
    await assert.rejects(restore(archive, target), failsWith('target_exists', /data\/a/));
    assert.equal(readFileSync(join(target, 'data', 'a'), 'utf8'), 'old a');
    assert.deepEqual(readdirSync(join(target, 'data')), ['a']);
    assert.deepEqual(leftovers(), []);
  });

  it('replaces files when it may overwrite', async () => {
    mkdirSync(join(target, 'data'), { recursive: true });
    writeFileSync(join(target, 'data', 'a'), 'old a');
    await restore(archive, target, { overwrite: true });
    assert.equal(readFileSync(join(target, 'data', 'a'), 'utf8'), 'new a');
    assert.deepEqual(leftovers(), []);
  });

  it('never follows a symbolic link that stands in the target', async () => {
    const elsewhere = join(folder(), 'elsewhere');
    mkdirSync(elsewhere);
    mkdirSync(target);
    symlinkSync(elsewhere, join(target, 'data'));
    await assert.rejects(restore(archive, target, { overwrite: true }), failsWith('target_exists'));
    assert.deepEqual(readdirSync(elsewhere), []);
  });

  it('restores a link that points outside as a link', async () => {
    await restore(archive, target);
    assert.ok(lstatSync(join(target, 'data', 'way-out')).isSymbolicLink());
  });

  it('keeps hard links', async () => {
    await restore(archive, target);
    assert.equal(statSync(join(target, 'data', 'twin')).ino, statSync(join(target, 'data', 'sub', 'b')).ino);
  });

  it('restores one file, or one folder, alone', async () => {
    const one = await restore(archive, target, { paths: ['data/sub'] });
    assert.equal(one.files, 1);
    assert.deepEqual(readdirSync(join(target, 'data')), ['sub']);
  });

  it('gives a hard link its content when its other name is not wanted', async () => {
    await restore(archive, target, { paths: ['data/twin'] });
    assert.equal(readFileSync(join(target, 'data', 'twin'), 'utf8'), 'new b');
    assert.deepEqual(readdirSync(join(target, 'data')), ['twin']);
  });

  it('refuses a path that the backup does not hold', async () => {
    await assert.rejects(
      restore(archive, target, { paths: ['data/nothing'] }),
      failsWith('invalid_request', /nothing/),
    );
    assert.ok(!existsSync(target));
  });

  it('leaves nothing behind when the archive is damaged', async () => {
    const bytes = readFileSync(archive);
    const at = bytes.indexOf(Buffer.from('28b52ffd', 'hex'), 4) + 30;
    bytes[at] = (bytes[at] ?? 0) ^ 0xff;
    writeFileSync(archive, bytes);
    await assert.rejects(restore(archive, target), failsWith('archive_corrupt'));
    assert.ok(!existsSync(target));
    assert.deepEqual(leftovers(), []);
  });
});

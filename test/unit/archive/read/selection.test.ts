import assert from 'node:assert/strict';
import {
  chmodSync,
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { BackupError } from '../../../../src/errors.ts';
import { create, folderSource, restore } from '../../../helpers/archives.ts';
import { tempFolder } from '../../../helpers/temp-folder.ts';

describe('a restore of some paths', () => {
  const folder = tempFolder();
  let archive = '';
  let target = '';

  beforeEach(async () => {
    const root = join(folder(), 'root');
    mkdirSync(join(root, 'sub', 'deep'), { recursive: true });
    for (const name of ['a', 'sub/b', 'sub/deep/c', 'subway']) writeFileSync(join(root, name), `content of ${name}`);
    for (const name of ['z1', 'z2', 'z3']) linkSync(join(root, 'a'), join(root, name));
    chmodSync(join(root, 'sub'), 0o750);
    utimesSync(join(root, 'sub'), 1_600_000_000, 1_600_000_000);
    archive = join(folder(), 'archive');
    target = join(folder(), 'target');
    await create(archive, { sources: [folderSource(root)], compression: 'none' });
  });

  const paths = (...names: readonly string[]): ReturnType<typeof restore> =>
    restore(archive, target, { compression: 'none', paths: names });

  it('gives the folders above them their modes and times, and nothing else of them', async () => {
    assert.deepEqual(await paths('data/sub/deep/c'), { files: 1, bytes: 21 });
    const { mode, mtimeMs } = statSync(join(target, 'data', 'sub'));
    assert.equal(mode & 0o777, 0o750);
    assert.equal(mtimeMs, 1_600_000_000_000);
    assert.deepEqual(readdirSync(join(target, 'data')), ['sub']);
    assert.deepEqual(readdirSync(join(target, 'data', 'sub')), ['deep']);
  });

  it('takes whole folders, with or without a slash, and no other name that begins so', async () => {
    await paths('data/sub/');
    assert.deepEqual(readdirSync(join(target, 'data')), ['sub']);
    assert.deepEqual(readdirSync(join(target, 'data', 'sub')), ['b', 'deep']);
  });

  it('keeps hard links together whose first name is not wanted', async () => {
    assert.equal((await paths('data/z1', 'data/z3')).files, 2);
    assert.deepEqual(readdirSync(join(target, 'data')), ['z1', 'z3']);
    assert.equal(readFileSync(join(target, 'data', 'z3'), 'utf8'), 'content of a');
    assert.equal(statSync(join(target, 'data', 'z1')).ino, statSync(join(target, 'data', 'z3')).ino);
  });

  for (const name of ['data/nothing', 'backup.json', 'manifest.jsonl', '', '/', 'data/su', '../data']) {
    it(`refuses ${JSON.stringify(name)}, which is no part of the backup`, async () => {
      await assert.rejects(paths('data/a', name), (error: unknown) => {
        assert.ok(error instanceof BackupError);
        assert.equal(error.code, 'invalid_request');
        return true;
      });
      assert.ok(!existsSync(target));
    });
  }
});

import assert from 'node:assert/strict';
import { mkdir, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { isWithin, realPath } from '../../../src/io/real-path.ts';
import { tempFolder } from '../../helpers/temp-folder.ts';

describe('a real path', () => {
  const temp = tempFolder();

  it('is without links, also when its end is not there yet', async () => {
    await mkdir(join(temp(), 'a'));
    await symlink(join(temp(), 'a'), join(temp(), 'link'));
    assert.equal(await realPath(join(temp(), 'link')), join(temp(), 'a'));
    assert.equal(await realPath(join(temp(), 'link', 'not', 'there')), join(temp(), 'a', 'not', 'there'));
  });

  for (const [path, folder, within] of [
    ['/a', '/a', true],
    ['/a/b', '/a', true],
    ['/a/..b', '/a', true],
    ['/ab', '/a', false],
    ['/', '/a', false],
    ['/b', '/a', false],
    ['/a', '/', true],
  ] as const) {
    it(`${path} is ${within ? '' : 'not '}within ${folder}`, () => {
      assert.equal(isWithin(path, folder), within);
    });
  }
});

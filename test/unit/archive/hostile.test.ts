import assert from 'node:assert/strict';
import { existsSync, lstatSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { BackupError } from '../../../src/errors.ts';
import { restore } from '../../helpers/archives.ts';
import { buildArchive, file, folderEntry, hardlink, member, symlink, type Entry } from '../../helpers/built-archive.ts';
import { tempFolder } from '../../helpers/temp-folder.ts';

describe('a hostile archive', () => {
  const folder = tempFolder();

  const cases: Readonly<Record<string, readonly Entry[]>> = {
    'a name that climbs out': [file('../evil')],
    'a name that climbs out from inside': [file('a/../../evil')],
    'an absolute name': [file('/evil')],
    'an empty part': [file('a//b')],
    'a part that is a dot': [file('a/./b')],
    'an empty name': [file('')],
    'a NUL in the name': [file('a\0b')],
    'a part over 255 bytes': [file('x'.repeat(256))],
    'a name of 2,001 parts': [file('x/'.repeat(2_000) + 'x')],
    'the same file twice': [file('a'), file('a', 'other')],
    'a file below a file': [file('a'), file('a/b')],
    'a file below a symbolic link': [symlink('out', '..'), file('out/evil')],
    'a symbolic link in place of a folder that has content': [folderEntry('d'), file('d/x'), symlink('d', '/tmp')],
    'a hard link to outside': [hardlink('a', '../secret')],
    'a hard link to an absolute name': [hardlink('a', '/etc/passwd')],
    'a hard link to nothing': [hardlink('a', 'b')],
    'a hard link to a folder': [folderEntry('d'), hardlink('a', 'd')],
    'a hard link through a symbolic link': [symlink('s', '..'), hardlink('a', 's/secret')],
  };

  for (const [title, entries] of Object.entries(cases)) {
    it(`is refused for ${title}`, async () => {
      const outside = join(folder(), 'outside');
      mkdirSync(outside);
      writeFileSync(join(outside, 'secret'), 'secret');
      const archive = join(folder(), 'archive.tar');
      writeFileSync(archive, buildArchive(entries));
      await assert.rejects(restore(archive, join(outside, 'target'), { compression: 'none' }), (error: unknown) => {
        assert.ok(error instanceof BackupError);
        assert.equal(error.code, 'archive_corrupt', error.message);
        assert.match(error.message, /^Refused: /);
        return true;
      });
      assert.deepEqual(readdirSync(outside), ['secret']);
      assert.deepEqual(readdirSync(folder()).sort(), ['archive.tar', 'outside']);
    });
  }

  it('is told from a friendly one, which the same builder makes', async () => {
    const archive = join(folder(), 'archive.tar');
    writeFileSync(archive, buildArchive([folderEntry('d'), file('d/x'), hardlink('d/y', 'd/x'), symlink('s', 'd')]));
    await restore(archive, join(folder(), 'target'), { compression: 'none' });
    assert.ok(existsSync(join(folder(), 'target', 's', 'y')));
  });

  it('loses its setuid bits unless they are asked for', async () => {
    const archive = join(folder(), 'archive.tar');
    writeFileSync(archive, buildArchive([{ member: member('s', { mode: 0o4755 }) }]));
    await restore(archive, join(folder(), 'without'), { compression: 'none' });
    await restore(archive, join(folder(), 'with'), { compression: 'none', keepSetuid: true });
    assert.equal(lstatSync(join(folder(), 'without', 's')).mode & 0o7777, 0o755);
    assert.equal(lstatSync(join(folder(), 'with', 's')).mode & 0o7777, 0o4755);
  });
});

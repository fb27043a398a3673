import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildTar, file, folderEntry, hardlink, symlink, type Entry } from '../../../helpers/built-archive.ts';
import { withFoldingDisk } from '../../../helpers/folding-disk.ts';
import { assertRestored, stored, Surroundings } from '../../../helpers/hostile.ts';
import { tempFolder } from '../../../helpers/temp-folder.ts';

const NFC = Buffer.from('b\u00e4ume').toString('latin1');
const NFD = Buffer.from('ba\u0308ume').toString('latin1');
const PLAIN = { compression: 'none', keys: null } as const;

const CASES: Readonly<Record<string, { entries: readonly Entry[]; message: RegExp }>> = {
  'files by their case': {
    entries: [file('README'), file('readme', 'other')],
    message: /^readme and README are one name/,
  },
  'files by the form of a letter': {
    entries: [file(NFC), file(NFD, 'other')],
    message: /^b.{1,2}ume and b.{1,2}ume are one name/,
  },
  'folders by their case': {
    entries: [folderEntry('Data'), file('Data/x'), folderEntry('data'), file('data/y')],
    message: /^data and Data are one name/,
  },
  'a file and a folder': { entries: [folderEntry('D'), file('d')], message: /^d and D are one name/ },
  'a link and a folder that has content': {
    entries: [folderEntry('d'), file('d/x'), symlink('D', '../outside')],
    message: /^D and d are one name/,
  },
  'a file below a link of another case': {
    entries: [symlink('OUT', '../outside'), file('out/evil')],
    message: /^OUT and out are one name/,
  },
  'a link below a link of another case': {
    entries: [symlink('OUT', '../outside'), symlink('out/evil', 'x')],
    message: /^OUT and out are one name/,
  },
  'hard links by their case': { entries: [file('a'), hardlink('A', 'a')], message: /^A and a are one name/ },
  'a file below another file': {
    entries: [file('a'), file('A/b')],
    message: /^A and a are one name|^A\/b and a are one name/,
  },
};

describe('an archive whose names collide where it is restored', function () {
  const folder = tempFolder();

  it('is refused with both names, and restored where they do not', async () => {
    await withFoldingDisk(join(folder(), 'disk'), async (disk) => {
      writeFileSync(join(disk, 'Probe'), '');
      assert.ok(existsSync(join(disk, 'pROBE')), 'the disk knows no case');
      for (const [title, { entries, message }] of Object.entries(CASES)) {
        const archive = await stored(buildTar(entries), PLAIN);
        const place = join(disk, title);
        mkdirSync(place);
        await new Surroundings(place).assertRefused(archive, { code: 'restore_failed', message });
        if (title.includes('below')) continue;
        const twin = join(folder(), title);
        mkdirSync(twin);
        const around = new Surroundings(twin);
        await around.restore(archive);
        assertRestored(around.target, entries);
      }
    });
  });

  it('is restored on such a disk when its names are told apart there', async () => {
    await withFoldingDisk(join(folder(), 'disk'), async (disk) => {
      const entries = [
        folderEntry('Data'),
        file('Data/README'),
        file(`Data/${NFC}`),
        hardlink('Data/twin', 'Data/README'),
      ];
      const target = join(disk, 'target');
      const away = join(folder(), 'away');
      mkdirSync(away);
      const around = new Surroundings(away);
      await around.restore(await stored(buildTar(entries), PLAIN), { target });
      assertRestored(target, entries);
      around.assertOutsideUntouched();
    });
  });

  it('is refused where the target has the name in another case, unless it may overwrite', async () => {
    await withFoldingDisk(join(folder(), 'disk'), async (disk) => {
      const around = new Surroundings(disk);
      const archive = await stored(buildTar([file('MINE', 'of the backup')]), PLAIN);
      await around.assertRefused(archive, { code: 'target_exists', message: /MINE/ });
      await around.restore(archive, { overwrite: true });
      assert.equal(readFileSync(join(around.target, 'mine'), 'utf8'), 'of the backup');
      assert.equal(readdirSync(around.target).length, 3);
    });
  });
});

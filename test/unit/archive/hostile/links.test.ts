import assert from 'node:assert/strict';
import { lstatSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { file, folderEntry, hardlink, member, symlink, type Entry } from '../../../helpers/built-archive.ts';
import { assertRestored, hostileCases, stored, Surroundings } from '../../../helpers/hostile.ts';
import { buildTar } from '../../../helpers/built-archive.ts';
import { tempFolder } from '../../../helpers/temp-folder.ts';
import { WRAPPINGS } from '../../../helpers/wrapped-archive.ts';

const TWICE = /^Refused: .* is in the backup twice, or lies below something that is no folder/;
const NO_EARLIER = /is a hard link to something that is no earlier file of this backup/;
/** A link that is there and leads nowhere else. */
const beside = (...entries: readonly Entry[]): readonly Entry[] => [symlink('out', '../outside'), ...entries];

describe('an archive that writes through links', () => {
  hostileCases((folder) => {
    const out = symlink('out', join(folder, 'outside'));
    const cases = {
      'a file below a symbolic link': {
        entries: [out, file('out/evil')],
        twin: [out, folderEntry('in'), file('in/good')],
        message: TWICE,
      },
      'a file below a symbolic link that comes later': {
        entries: [file('out/evil'), out],
        twin: [folderEntry('in'), file('in/good'), out],
        message: TWICE,
      },
      'a symbolic link below a symbolic link': {
        entries: [out, symlink('out/evil', 'secret')],
        twin: [out, symlink('evil', 'out/secret')],
        message: TWICE,
      },
      'a symbolic link below one that leads to a folder of the archive': {
        entries: [folderEntry('d'), symlink('s', 'd'), symlink('s/evil', 'x')],
        twin: [folderEntry('d'), symlink('s', 'd'), symlink('d/good', 'x')],
        message: TWICE,
      },
      'a folder below a symbolic link': {
        entries: [out, folderEntry('out/evil', 0o777)],
        twin: [out, folderEntry('in', 0o777)],
        message: TWICE,
      },
      'a folder in place of a symbolic link': {
        entries: [out, folderEntry('out', 0o777)],
        twin: [out, folderEntry('outer', 0o777)],
        message: TWICE,
      },
      'a symbolic link in place of a folder that has content': {
        entries: [folderEntry('d'), file('d/x'), symlink('d', join(folder, 'outside'))],
        twin: [folderEntry('d'), file('d/x'), symlink('d-link', join(folder, 'outside'))],
        message: TWICE,
      },
      'a file over a symbolic link': {
        entries: [symlink('s', join(folder, 'outside', 'secret')), file('s')],
        twin: [symlink('s', join(folder, 'outside', 'secret')), file('t')],
        message: TWICE,
      },
      'a symbolic link over a file': {
        entries: [file('s'), symlink('s', '/etc/passwd')],
        twin: [file('s'), symlink('t', '/etc/passwd')],
        message: TWICE,
      },
      'a folder over a file': {
        entries: [file('a'), folderEntry('a')],
        twin: [file('a'), folderEntry('b')],
        message: TWICE,
      },
      'a file over a folder': {
        entries: [folderEntry('a'), file('a')],
        twin: [folderEntry('a'), file('a/a')],
        message: TWICE,
      },
      'a file below a file': {
        entries: [file('a'), file('a/b')],
        twin: [folderEntry('a'), file('a/b')],
        message: TWICE,
      },
      'the same file twice': { entries: [file('a'), file('a', 'other')], twin: [file('a'), file('A')], message: TWICE },
      'the same symbolic link twice': {
        entries: [symlink('a', 'b'), symlink('a', 'c')],
        twin: [symlink('a', 'b'), symlink('c', 'b')],
        message: TWICE,
      },
      'a chain of symbolic links whose texts stay inside': {
        entries: [
          folderEntry('a'),
          folderEntry('a/b'),
          symlink('a/b/up', '../..'),
          symlink('up', 'a/b/up/..'),
          file('up/outside/evil'),
        ],
        twin: [folderEntry('a'), folderEntry('a/b'), symlink('a/b/up', '../..'), symlink('up', 'a/b/up/..')],
        message: TWICE,
      },
      'a hard link to outside': {
        entries: [hardlink('a', '../outside/secret')],
        twin: [folderEntry('outside'), file('outside/secret'), hardlink('a', 'outside/secret')],
        message: /climbs out/,
      },
      'a hard link to an absolute name': {
        entries: [hardlink('a', join(folder, 'outside', 'secret'))],
        twin: [file('secret'), hardlink('a', 'secret')],
        message: /is absolute/,
      },
      'a hard link to nothing': {
        entries: [hardlink('a', 'b')],
        twin: [file('b'), hardlink('a', 'b')],
        message: NO_EARLIER,
      },
      'a hard link to what comes later': {
        entries: [hardlink('a', 'b'), file('b')],
        twin: [file('b'), hardlink('a', 'b')],
        message: NO_EARLIER,
      },
      'a hard link to itself': {
        entries: [hardlink('a', 'a')],
        twin: [file('b'), hardlink('a', 'b')],
        message: NO_EARLIER,
      },
      'a hard link to a folder': {
        entries: [folderEntry('d'), hardlink('a', 'd')],
        twin: [folderEntry('d'), file('d/x'), hardlink('a', 'd/x')],
        message: NO_EARLIER,
      },
      'a hard link to a symbolic link': {
        entries: [symlink('s', join(folder, 'outside', 'secret')), hardlink('a', 's')],
        twin: [symlink('s', 'b'), file('b'), hardlink('a', 'b')],
        message: NO_EARLIER,
      },
      'a hard link through a symbolic link': {
        entries: [symlink('s', '../outside'), hardlink('a', 's/secret')],
        twin: [symlink('s', '../outside'), file('b'), hardlink('a', 'b')],
        message: NO_EARLIER,
      },
      'a hard link below a symbolic link': {
        entries: [out, file('b'), hardlink('out/evil', 'b')],
        twin: [out, file('b'), hardlink('good', 'b')],
        message: TWICE,
      },
      'a hard link to what only the target has': {
        entries: [hardlink('a', 'mine')],
        twin: [file('b'), hardlink('a', 'b')],
        message: NO_EARLIER,
      },
      'a hard link to backup.json': {
        entries: [hardlink('a', 'backup.json')],
        twin: [file('b'), hardlink('a', 'b')],
        message: NO_EARLIER,
      },
      'a symbolic link to nothing': {
        entries: [symlink('s', '')],
        twin: [symlink('s', 'x')],
        message: /^Refused: s is a symbolic link to what cannot be a path/,
      },
      'a symbolic link with a NUL': {
        entries: [symlink('s', 'a\0b')],
        twin: [symlink('s', 'a\x01b')],
        message: /cannot be a path/,
      },
      'a symbolic link longer than a path can be': {
        entries: [symlink('s', 'x'.repeat(4096))],
        twin: [symlink('s', 'x'.repeat(4095))],
        message: /cannot be a path/,
      },
    };
    return Object.fromEntries(Object.entries(cases).map(([title, one]) => [title, { onlyOnRestore: true, ...one }]));
  });
});

describe('a restore onto a target in which links stand', () => {
  const folder = tempFolder();

  for (const [title, entries] of Object.entries({
    'a file below a link to a folder': [folderEntry('way-out'), file('way-out/evil')],
    'a folder in its place': [folderEntry('way-out', 0o777)],
    'a folder in the place of a link to a file': [folderEntry('to-secret')],
    'a link below a link': [folderEntry('way-out'), symlink('way-out/evil', 'x')],
    'a hard link below a link': [file('a'), folderEntry('way-out'), hardlink('way-out/evil', 'a')],
  })) {
    for (const overwrite of [false, true]) {
      it(`follows none for ${title}${overwrite ? ', even if it may overwrite' : ''}`, async () => {
        const around = new Surroundings(folder());
        const archive = await stored(buildTar(entries), { compression: 'none', keys: null });
        await around.assertRefused(archive, {
          code: 'target_exists',
          message: /Nothing was changed/,
          changes: { overwrite },
        });
      });
    }
  }

  it('puts a file in the place of a link only if it may overwrite, and never where that leads', async () => {
    const around = new Surroundings(folder());
    const entries = [file('to-secret'), file('way-out')];
    const archive = await stored(buildTar(entries), { compression: 'none', keys: null });
    await around.assertRefused(archive, { code: 'target_exists', message: /to-secret/ });
    await around.restore(archive, { overwrite: true });
    assertRestored(around.target, entries);
    around.assertOutsideUntouched();
    assert.equal(readFileSync(around.secret, 'utf8'), 'secret');
  });
});

describe('an archive with links that point out', () => {
  const folder = tempFolder();

  it('is restored with them as they are, and they are not followed', async () => {
    const around = new Surroundings(folder());
    const entries = beside(symlink('abs', around.secret), symlink('loop', 'loop'), symlink('gone', 'nowhere'));
    for (const wrapping of Object.values(WRAPPINGS)) {
      await around.restore(await stored(buildTar(entries), wrapping), { overwrite: true });
      assertRestored(around.target, entries);
      around.assertOutsideUntouched();
    }
  });

  it('gives back setuid, setgid and sticky bits only when it is asked to', async () => {
    const around = new Surroundings(folder());
    const entries = [
      { member: member('program', { mode: 0o6755 }) },
      folderEntry('shared', 0o3775),
      { member: member('owned', { mode: 0o4755 }) },
    ];
    const archive = await stored(buildTar(entries), { compression: 'none', keys: null });
    const modes = (): number[] =>
      entries.map((entry) => lstatSync(join(around.target, entry.member.path.toString())).mode & 0o7777);
    await around.restore(archive);
    assert.deepEqual(modes(), [0o755, 0o775, 0o755]);
    await around.restore(archive, { overwrite: true, target: join(folder(), 'asked'), keepSetuid: true });
    const asked = (name: string): number => lstatSync(join(folder(), 'asked', name)).mode & 0o7777;
    assert.deepEqual(['program', 'shared', 'owned'].map(asked), [0o6755, 0o3775, 0o4755]);
  });

  it('leaves alone what a link in the staging folder would lead to when that is removed', async () => {
    const around = new Surroundings(folder());
    const inside = join(folder(), 'outside', 'inside');
    writeFileSync(inside, 'inside');
    // Fails when its links are made already, so that the staging folder holds them when it is removed.
    const entries = [symlink('a', '../outside'), symlink('way-out', 'x'), file('mine')];
    const archive = await stored(buildTar(entries), { compression: 'none', keys: null });
    await assert.rejects(around.restore(archive), { code: 'target_exists' });
    assert.equal(readFileSync(inside, 'utf8'), 'inside');
  });
});

import assert from 'node:assert/strict';
import { checkPath } from '../../../../src/archive/read/safe-path.ts';
import { buildTar, file, folderEntry, type Entry } from '../../../helpers/built-archive.ts';
import { assertRestored, hostileCases, stored, Surroundings, type HostileCase } from '../../../helpers/hostile.ts';
import { tempFolder } from '../../../helpers/temp-folder.ts';

/** A file of that name, and its twin of another. */
const named = (name: string, twin: readonly Entry[], message: RegExp): HostileCase => ({
  entries: [file(name)],
  twin,
  message,
});

const LONG = 'x'.repeat(255);
/** Ends as deep as 1,850 folders can be below a folder whose own path takes a part of the 4,096 bytes. */
const deepFolders = (count: number): Entry[] =>
  Array.from({ length: count }, (_, i) => folderEntry(`d${'/d'.repeat(i)}`));

describe('an archive with a dangerous name', () => {
  hostileCases((folder) => ({
    'a name that climbs out': named('../outside/secret', [file('..outside')], /"\.\.\/outside\/secret" climbs out/),
    'a name that climbs out from inside': named(
      'a/../../outside/evil',
      [folderEntry('a'), folderEntry('a/...'), file('a/.../evil')],
      /climbs out/,
    ),
    'a name that only climbs': named('..', [file('...')], /climbs out/),
    'a name that climbs out at its end': named('a/..', [folderEntry('a'), file('a/..b')], /climbs out/),
    'an absolute name': named(`${folder}/outside/evil`, [file('outside-evil')], /is absolute/),
    'two slashes before a name': named('//evil', [file('evil')], /is absolute/),
    'an empty part': named('a//b', [folderEntry('a'), file('a/b')], /has an empty part/),
    'a slash behind a name': named('a/', [file('a')], /has an empty part/),
    'a part that is a dot': named('a/./b', [folderEntry('a'), file('a/.b')], /has a part that is "\."/),
    'an empty name': named('', [file(' ')], /"" is empty/),
    'a NUL in a name': named('a\0b', [file('a\x01b')], /"a\\u\{0\}b" holds a NUL/),
    'a part over 255 bytes': named(`${LONG}x`, [file(LONG)], /of more than 255 bytes/),
    'a name of 2,001 parts': {
      entries: [file('x/'.repeat(2_000) + 'x')],
      twin: deepFolders(1_850),
      message: /is more than 2000 folders deep/,
    },
    'a name that takes the place of backup.json': named(
      'backup.json',
      [folderEntry('a'), file('a/backup.json'), file('backup.json ')],
      /^backup\.json: only the backup itself/,
    ),
    'a name that takes the place of the manifest': named(
      'manifest.jsonl',
      [file('manifest.json')],
      /^manifest\.jsonl: only the backup itself/,
    ),
    'a folder that climbs out': { entries: [folderEntry('../d')], twin: [folderEntry('..d')], message: /climbs out/ },
    'a name that would write on a terminal': {
      entries: [file('../\x1b[2Jevil\x9b')],
      twin: [file('\x1b[2J harmless \r\n')],
      message: /^[\x20-\x7e�]*climbs out with "\.\."\.$/u,
    },
    'names that climb out and are not text': named('../\xff\xfe', [file('..\xff\xfe')], /climbs out/),
  }));
});

describe('a part of an archive with a dangerous name', () => {
  const folder = tempFolder();

  it('is refused when it is asked for by that name, and another part is restored', async () => {
    const around = new Surroundings(folder());
    const entries = [folderEntry('../outside'), file('../outside/evil'), file('good')];
    const archive = await stored(buildTar(entries), { compression: 'zstd', keys: null });
    for (const path of ['../outside', '../outside/evil']) {
      await around.assertRefused(archive, { message: /climbs out/, changes: { paths: [path] } });
    }
    await around.restore(archive, { paths: ['good'] });
    assertRestored(around.target, [file('good')]);
    around.assertOutsideUntouched();
  });
});

describe('the name of a member on Windows', () => {
  for (const name of [
    'C:evil',
    'C:\\evil',
    'a/C:/b',
    '\\\\server\\share\\evil',
    '..\\evil',
    'a\\b',
    'a:stream',
    'nul',
    'a/COM1.txt',
    'LPT²',
    'a./b',
    'a ',
    'a\x1b',
    'what?',
  ]) {
    it(`is refused when it is ${JSON.stringify(name)}, which elsewhere is a name like any other`, () => {
      assert.throws(() => checkPath(Buffer.from(name), 'win32'), /Refused: .* is another place on Windows/);
      checkPath(Buffer.from(name), 'linux');
    });
  }

  it('is taken when it is one there, too', () => {
    for (const name of ['data/nullable', 'com', 'com10', '.hidden', 'a b/c.d', 'console.log', 'ä']) {
      checkPath(Buffer.from(name), 'win32');
    }
  });
});

describe('an archive with drive names', () => {
  hostileCases(() => ({
    'one beside a name that climbs out': named(
      'C:/../../outside/evil',
      [folderEntry('C:'), file('C:/evil'), file('C:\\evil'), file('\\\\server\\share')],
      /climbs out/,
    ),
  }));
});

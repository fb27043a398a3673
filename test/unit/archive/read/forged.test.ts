import assert from 'node:assert/strict';
import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { memberLine } from '../../../../src/archive/format/manifest-line.ts';
import { BackupError } from '../../../../src/errors.ts';
import { BACKUP_ID, restore, verify } from '../../../helpers/archives.ts';
import {
  buildArchive,
  file,
  folderEntry,
  hardlink,
  member,
  type BuildOptions,
  type Entry,
} from '../../../helpers/built-archive.ts';
import { tempFolder } from '../../../helpers/temp-folder.ts';

interface Case {
  readonly entries?: readonly Entry[];
  readonly options?: BuildOptions;
  readonly message: RegExp;
  readonly code?: string;
}

const A = [file('a'), file('b')];
/** The lines with one of them changed. */
const line = (index: number, change: (line: string) => string): BuildOptions => ({
  lines: (lines) => lines.map((one, i) => (i === index ? change(one) : one)),
});

const CASES: Readonly<Record<string, Case>> = {
  'a member that the manifest does not name': {
    entries: [file('a'), { ...file('hidden'), unlisted: true }, file('b')],
    message: /not where the manifest says/,
  },
  'a last member that the manifest does not name': {
    entries: [file('a'), { ...file('hidden'), unlisted: true }],
    message: /does not fit the members/,
  },
  'a manifest that names a member twice': {
    options: { lines: ([first = '', second = '']) => [first, second, second] },
    message: /not where the manifest says|in the backup twice/,
  },
  'a manifest without a member': {
    options: { lines: ([first = '', , third = '']) => [first, third] },
    message: /not where the manifest says/,
  },
  'members in another order': {
    options: { lines: ([first = '', second = '', third = '']) => [first, third, second] },
    message: /not where the manifest says/,
  },
  'an offset that points elsewhere': {
    options: line(1, (text) => text.replace(/"offset":\d+/, '"offset":0')),
    message: /not where the manifest says/,
  },
  'another size': { options: line(1, (text) => text.replace('"size":4', '"size":5')), message: /^a: its header/ },
  'a size beyond the archive': {
    options: line(2, (text) => text.replace('"size":4', '"size":8589934592')),
    message: /^b: the manifest says that it has 8589934592 bytes, more than the archive holds/,
  },
  'another mode': { options: line(1, (text) => text.replace('"mode":420', '"mode":511')), message: /^a: its header/ },
  'another time': { options: line(1, (text) => text.replace('"mtime":"0"', '"mtime":"1"')), message: /^a: its header/ },
  'another name': { options: line(1, (text) => text.replace('"a"', '"x"')), message: /^x: its header/ },
  'another content': {
    entries: [{ member: member('a', { size: 4 }), content: Buffer.from('good') }, file('b')],
    options: line(1, () => memberLine(member('a', { size: 4 }), '0'.repeat(64), 1024)),
    message: /^a: its content is damaged/,
  },
  'a mode of more than twelve bits': {
    options: line(1, (text) => text.replace('"mode":420', '"mode":65535')),
    message: /cannot be read/,
  },
  'a line that is no JSON': { options: line(1, () => 'evil\n'), message: /cannot be read/ },
  'an empty line': { options: line(1, (text) => `${text}\n`), message: /cannot be read/ },
  'a line with a blank in it': { options: line(1, (text) => text.replace(':', ': ')), message: /damaged line/ },
  'a line of unknown type': { options: line(1, (text) => text.replace('"file"', '"fifo"')), message: /cannot be read/ },
  'a line without end': { options: line(1, (text) => 'x'.repeat(200_000) + text), message: /too long/ },
  'no end line': { options: { lines: () => [], rest: '{' }, message: /end line/ },
  'a line behind the end line': {
    options: { rest: '{"type":"skipped","path":"x","reason":"fifo"}\n' },
    message: /goes on/,
  },
  'another count of members': { options: { end: { members: 9 } }, message: /does not fit/ },
  'another count of files': { options: { end: { files: 9 } }, message: /does not fit/ },
  'another sum of bytes': { options: { end: { bytes: 9 } }, message: /does not fit/ },
  'another sum of headers': { options: { end: { structure_sha256: '0'.repeat(64) } }, message: /does not fit/ },
  'another sum of the manifest': { options: { end: { manifest_sha256: '0'.repeat(64) } }, message: /is damaged/ },
  'something behind the end': { options: { behind: Buffer.alloc(512) }, message: /behind the end/ },
  'no member at all': {
    options: { lines: () => [], end: { members: 0, files: 0, bytes: 0 } },
    message: /does not fit/,
  },
  'nothing in it': { entries: [], options: { header: null }, message: /does not fit/ },
  'no backup.json': { options: { header: null }, message: /first member/ },
  'a backup.json that is no JSON': { options: { header: 'evil' }, message: /no JSON object/ },
  'a backup.json that is null': { options: { header: 'null' }, message: /no JSON object/ },
  'a backup.json without a format': { options: { header: '{}' }, message: /lacks format/ },
  'a backup.json that is too large': { options: { header: ' '.repeat(65_537) }, message: /first member/ },
  'a backup.json of a newer format': {
    options: { header: JSON.stringify({ format: 2, backup_id: BACKUP_ID }) },
    message: /Update/,
    code: 'unsupported_format',
  },
};

describe('an archive that contradicts itself', () => {
  const folder = tempFolder();

  for (const [title, { entries = A, options = {}, message, code = 'archive_corrupt' }] of Object.entries(CASES)) {
    it(`is refused and reported for ${title}`, async () => {
      const path = join(folder(), 'archive.tar');
      writeFileSync(path, buildArchive(entries, options));
      const { problems } = await verify(path, { compression: 'none' });
      assert.ok(
        problems.some((problem) => problem.code === code && message.test(problem.message)),
        JSON.stringify(problems),
      );
      await assert.rejects(restore(path, join(folder(), 'target'), { compression: 'none' }), (error: unknown) => {
        assert.ok(error instanceof BackupError, String(error));
        assert.equal(error.code, code, error.message);
        assert.match(error.message, message);
        return true;
      });
      assert.deepEqual(readdirSync(folder()), ['archive.tar']);
    });
  }

  it('is told from a sound one, which the same builder makes', async () => {
    const path = join(folder(), 'archive.tar');
    writeFileSync(path, buildArchive([folderEntry('d'), file('d/x'), hardlink('d/y', 'd/x')]));
    assert.deepEqual(await verify(path, { compression: 'none' }), { problems: [], files: 2, bytes: 4 });
    assert.deepEqual(await restore(path, join(folder(), 'target'), { compression: 'none' }), { files: 2, bytes: 4 });
  });

  it('does not lead a restore of some paths astray with places that lie behind', async () => {
    const path = join(folder(), 'archive.tar');
    writeFileSync(
      path,
      buildArchive(
        A,
        line(2, (text) => text.replace(/"offset":\d+/, '"offset":512')),
      ),
    );
    await assert.rejects(
      restore(path, join(folder(), 'target'), { compression: 'none', paths: ['a', 'b'] }),
      (error: unknown) => error instanceof BackupError && error.code === 'archive_corrupt',
    );
    assert.ok(!existsSync(join(folder(), 'target')));
  });

  it('does not lead a restore of some paths back to a piece that it has left', async () => {
    const path = join(folder(), 'archive.tar');
    const entries = [file('a', 'x'.repeat(5 * 1024 * 1024)), file('b')];
    writeFileSync(
      path,
      buildArchive(
        entries,
        line(2, (text) => text.replace(/"offset":\d+/, '"offset":512')),
      ),
    );
    const astray = restore(path, join(folder(), 'target'), { compression: 'none', paths: ['a', 'b'] });
    await assert.rejects(astray, /in the order of the archive/);
  });

  it('has something in the zeros behind a content', async () => {
    const path = join(folder(), 'archive.tar');
    const bytes = buildArchive(A);
    bytes.write('x', bytes.indexOf('evil') + 100);
    writeFileSync(path, bytes);
    for (const paths of [null, ['a']]) {
      const restoring = restore(path, join(folder(), 'target'), { compression: 'none', paths });
      await assert.rejects(restoring, /^BackupError: a: the padding/);
    }
    assert.deepEqual(await restore(path, join(folder(), 'target'), { compression: 'none', paths: ['b'] }), {
      files: 1,
      bytes: 4,
    });
  });

  it('is that of another backup', async () => {
    const path = join(folder(), 'archive.tar');
    writeFileSync(path, buildArchive(A));
    const other = { compression: 'none', backupId: '20200101T000000Z-00000000' } as const;
    await assert.rejects(restore(path, join(folder(), 'target'), other), /another backup/);
    await assert.rejects(restore(path, join(folder(), 'target'), { ...other, paths: ['a'] }), /another backup/);
  });

  it('is reported with every member that is damaged, and with no other', async () => {
    const path = join(folder(), 'archive.tar');
    const names = ['a', 'b', 'c', 'd', 'e'];
    const bytes = buildArchive(names.map((name) => file(name, `content of ${name}`)));
    for (const name of ['b', 'd']) bytes.write('CONTENT', bytes.indexOf(`content of ${name}`));
    writeFileSync(path, bytes);
    const { problems } = await verify(path, { compression: 'none' });
    assert.deepEqual(
      problems.map((problem) => problem.member),
      ['b', 'd'],
    );
  });

  it('is reported with at most 100 problems', async () => {
    const path = join(folder(), 'archive.tar');
    const bytes = buildArchive(Array.from({ length: 150 }, (_, i) => file(`f${i}`, 'damage me')));
    for (let at = bytes.indexOf('damage me'); at !== -1; at = bytes.indexOf('damage me')) bytes.write('DAMAGE', at);
    writeFileSync(path, bytes);
    assert.equal((await verify(path, { compression: 'none' })).problems.length, 100);
  });
});

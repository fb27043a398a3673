import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { endLine, memberLine, type Member } from '../../../src/archive/format/manifest-line.ts';
import { encodeMember, padding } from '../../../src/archive/format/tar-header.ts';
import { BackupError } from '../../../src/errors.ts';
import { restore } from '../../helpers/archives.ts';
import { tempFolder } from '../../helpers/temp-folder.ts';

interface Entry {
  readonly member: Member;
  readonly content?: Buffer;
}

function member(path: string, changes: Partial<Member> = {}): Member {
  const name = Buffer.from(path, 'latin1');
  return {
    type: 'file',
    path: name,
    mode: 0o644,
    uid: 0,
    gid: 0,
    mtimeNs: 0n,
    size: 0,
    link: null,
    sparse: false,
    ...changes,
  };
}

const file = (path: string, text = 'evil'): Entry => ({
  member: member(path, { size: text.length }),
  content: Buffer.from(text),
});
const folderEntry = (path: string): Entry => ({ member: member(path, { type: 'directory' }) });
const symlink = (path: string, to: string): Entry => ({
  member: member(path, { type: 'symlink', link: Buffer.from(to) }),
});
const hardlink = (path: string, to: string): Entry => ({
  member: member(path, { type: 'hardlink', link: Buffer.from(to) }),
});

/** A plain archive that is right in every checksum and wrong in what it asks for. */
function build(entries: readonly Entry[]): Buffer {
  const parts: Buffer[] = [];
  let offset = 0;
  const add = (bytes: Buffer): void => {
    parts.push(bytes);
    offset += bytes.length;
  };
  const structure = createHash('sha256');
  const lines: string[] = [];
  let bytes = 0;
  for (const { member: one, content } of [file('backup.json', '{}'), ...entries]) {
    const start = offset;
    const header = Buffer.from(encodeMember(one));
    add(header);
    structure.update(header);
    add(content ?? Buffer.alloc(0));
    const pad = Buffer.alloc(padding(one.size));
    add(pad);
    structure.update(pad);
    const sha256 =
      one.type === 'file'
        ? createHash('sha256')
            .update(content ?? '')
            .digest('hex')
        : null;
    lines.push(memberLine(one, sha256, start));
    bytes += one.size;
  }
  const manifest_sha256 = createHash('sha256').update(lines.join('')).digest('hex');
  const structure_sha256 = structure.digest('hex');
  const files = entries.length;
  lines.push(endLine({ members: entries.length + 1, files, bytes, structure_sha256, manifest_sha256 }));
  const manifest = Buffer.from(lines.join(''));
  add(Buffer.from(encodeMember(member('manifest.jsonl', { mode: 0o600, size: manifest.length }))));
  add(manifest);
  add(Buffer.alloc(padding(manifest.length) + 1024));
  return Buffer.concat(parts);
}

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
      writeFileSync(archive, build(entries));
      await assert.rejects(restore(archive, join(outside, 'target'), { compression: 'none' }), (error: unknown) => {
        assert.ok(error instanceof BackupError);
        assert.equal(error.code, 'archive_corrupt', error.message);
        return true;
      });
      assert.deepEqual(readdirSync(outside), ['secret']);
      assert.deepEqual(readdirSync(folder()).sort(), ['archive.tar', 'outside']);
    });
  }

  it('is told from a friendly one, which the same builder makes', async () => {
    const archive = join(folder(), 'archive.tar');
    writeFileSync(archive, build([folderEntry('d'), file('d/x'), hardlink('d/y', 'd/x'), symlink('s', 'd')]));
    await restore(archive, join(folder(), 'target'), { compression: 'none' });
    assert.ok(existsSync(join(folder(), 'target', 's', 'y')));
  });

  it('loses its setuid bits unless they are asked for', async () => {
    const archive = join(folder(), 'archive.tar');
    const { lstatSync } = await import('node:fs');
    writeFileSync(archive, build([{ member: member('s', { mode: 0o4755 }) }]));
    await restore(archive, join(folder(), 'without'), { compression: 'none' });
    await restore(archive, join(folder(), 'with'), { compression: 'none', keepSetuid: true });
    assert.equal(lstatSync(join(folder(), 'without', 's')).mode & 0o7777, 0o755);
    assert.equal(lstatSync(join(folder(), 'with', 's')).mode & 0o7777, 0o4755);
  });
});

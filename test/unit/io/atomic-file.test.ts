import assert from 'node:assert/strict';
import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writeFileAtomic, writeNewFile } from '../../../src/io/atomic-file.ts';
import { recordFileCalls } from '../../helpers/record-fs.ts';
import { tempFolder } from '../../helpers/temp-folder.ts';

describe('a file written in one step', () => {
  const temp = tempFolder();
  const file = (data: string): { partial: string; path: string; data: string; mode: number } => ({
    partial: join(temp(), 'partial'),
    path: join(temp(), 'file'),
    data,
    mode: 0o600,
  });

  it('replaces what was there, with the mode that was asked for', async () => {
    await writeFile(join(temp(), 'file'), 'old', { mode: 0o666 });
    await writeFileAtomic(file('new'));
    assert.equal(await readFile(join(temp(), 'file'), 'utf8'), 'new');
    assert.equal((await stat(join(temp(), 'file'))).mode & 0o777, 0o600);
    assert.deepEqual(await readdir(temp()), ['file']);
  });

  it('is on disk before it gets its name, and its name is on disk before it is done', async () => {
    const folder = join(temp(), 'folder');
    await mkdir(folder);
    const recording = recordFileCalls((name) => name);
    try {
      await writeFileAtomic({ ...file('x'), partial: join(folder, 'partial'), path: join(folder, 'file') });
    } finally {
      recording.stop();
    }
    assert.deepEqual(recording.calls, [
      'write partial',
      'fsync partial',
      'close partial',
      'rename partial file',
      'fsync folder',
      'close folder',
    ]);
  });

  it('leaves the old file and nothing else when it fails', async () => {
    await mkdir(join(temp(), 'file'));
    await assert.rejects(writeFileAtomic(file('x')), { code: 'EISDIR' });
    assert.deepEqual(await readdir(temp()), ['file']);
  });

  it('does not touch a partial file that is somebody else’s', async () => {
    await writeFile(join(temp(), 'partial'), 'theirs');
    await assert.rejects(writeFileAtomic(file('x')), { code: 'EEXIST' });
    assert.equal(await readFile(join(temp(), 'partial'), 'utf8'), 'theirs');
  });

  it('leaves nothing when its content ends with an error, and passes that on', async () => {
    const failure = new Error('the source failed');
    async function* chunks(): AsyncGenerator<Uint8Array> {
      yield Buffer.from('a');
      await Promise.resolve();
      throw failure;
    }
    await assert.rejects(writeNewFile(join(temp(), 'file'), chunks(), 0o600), (error) => error === failure);
    assert.deepEqual(await readdir(temp()), []);
  });
});

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import {
  appendFileSync,
  closeSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  unlinkSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { createArchive } from '../../../../src/archive/write/create-archive.ts';
import type { CreateTask } from '../../../../src/archive/tasks.ts';
import { create, createTask, folderSource, restore, verify } from '../../../helpers/archives.ts';
import { failsWith } from '../../../helpers/fails-with.ts';
import { isLongRun } from '../../../helpers/figures.ts';
import { tempFolder } from '../../../helpers/temp-folder.ts';

describe('what goes into an archive', function () {
  const folder = tempFolder();
  const place = (...parts: string[]): string => join(folder(), ...parts);
  const archive = (): string => place('archive');

  beforeEach(() => {
    mkdirSync(place('root'));
  });

  const names = (): string[] =>
    execFileSync('sh', ['-c', `zstd -dc '${archive()}' | tar -tf -`], { encoding: 'utf8' })
      .split('\n')
      .filter((name) => name.startsWith('data/') && name !== 'data/');
  const pack = (changes: Partial<CreateTask> = {}): ReturnType<typeof create> =>
    create(archive(), { sources: [folderSource(place('root'))], ...changes });

  it('leaves out what the patterns say, case-sensitive, as git does', async () => {
    mkdirSync(place('root', 'logs'));
    for (const name of ['a.log', 'b.LOG', 'keep.log', 'logs/x', 'c']) writeFileSync(place('root', name), name);
    await pack({ sources: [folderSource(place('root'), 'data', ['*.log', '!keep.log', '/logs/'])] });
    assert.deepEqual(names(), ['data/b.LOG', 'data/c', 'data/keep.log']);
  });

  for (const [pattern, why] of [
    ['a[', /never closes/],
    ['a\\', /backslash/],
    ['a\0', /NUL/],
  ] as const) {
    it(`refuses the pattern ${JSON.stringify(pattern)}`, async () => {
      await assert.rejects(
        pack({ sources: [folderSource(place('root'), 'data', [pattern])] }),
        failsWith('invalid_request', why),
      );
    });
  }

  it('leaves out caches and marked folders when told to', async () => {
    for (const name of ['cache', 'marked', 'false']) mkdirSync(place('root', name));
    writeFileSync(place('root', 'cache', 'CACHEDIR.TAG'), 'Signature: 8a477f597d28d172789f06886806bc55\n');
    writeFileSync(place('root', 'false', 'CACHEDIR.TAG'), 'something else');
    writeFileSync(place('root', 'marked', '.nobackup'), '');
    await pack();
    assert.equal(names().length, 6);
    rmSync(archive());
    await pack({ excludeCaches: true, excludeIfPresent: ['.nobackup'] });
    assert.deepEqual(names(), ['data/false/', 'data/false/CACHEDIR.TAG']);
  });

  it('never holds the folder where backups lie', async () => {
    mkdirSync(place('root', 'backups'));
    writeFileSync(place('root', 'backups', 'old'), 'old');
    await pack({ skipFolders: [place('root', 'backups')] });
    assert.deepEqual(names(), []);
  });

  it('counts sockets and FIFOs and goes on', async () => {
    execFileSync('mkfifo', [place('root', 'fifo')]);
    mkdirSync(place('root', 'empty'));
    const server = createServer();
    await new Promise<void>((resolve) => {
      server.listen(place('root', 'socket'), resolve);
    });
    try {
      const { failedFiles } = await pack();
      assert.equal(failedFiles.count, 0);
    } finally {
      server.close();
    }
    assert.deepEqual(names(), ['data/empty/']);
    const manifest = execFileSync('sh', ['-c', `zstd -dc '${archive()}' | tar -xOf - manifest.jsonl`], {
      encoding: 'utf8',
    });
    assert.match(manifest, /"type":"skipped","path":"data\/fifo","reason":"fifo"/);
    assert.match(manifest, /"type":"skipped","path":"data\/socket","reason":"socket"/);
  });

  it('holds an empty source, a single file, and a source that is a link', async () => {
    writeFileSync(place('one'), 'one');
    symlinkSync(place('one'), place('link'));
    const sources = [
      folderSource(place('root')),
      folderSource(place('one'), 'single'),
      folderSource(place('link'), 'linked'),
    ];
    const { files } = await create(archive(), { sources });
    assert.equal(files, 2);
    await restore(archive(), place('target'));
    assert.deepEqual(readdirSync(place('target')).sort(), ['data', 'linked', 'single']);
  });

  it('says which source is not there, or cannot be read', async () => {
    await assert.rejects(pack({ sources: [folderSource(place('gone'))] }), failsWith('source_not_found', /gone/));
    execFileSync('mkfifo', [place('fifo')]);
    await assert.rejects(pack({ sources: [folderSource(place('fifo'))] }), failsWith('source_unreadable', /fifo/));
  });

  it('does not take the size of a hole, and gives the hole back', async () => {
    const size = 256 * 1024 * 1024;
    const fd = openSync(place('root', 'sparse'), 'w');
    ftruncateSync(fd, size);
    writeSync(fd, 'end', size - 3);
    closeSync(fd);
    const result = await pack();
    assert.ok(result.size < 100_000, String(result.size));
    await restore(archive(), place('target'));
    const stat = statSync(place('target', 'data', 'sparse'));
    assert.equal(stat.size, size);
    assert.ok(stat.blocks * 512 < 1024 * 1024);
    execFileSync('cmp', [place('root', 'sparse'), place('target', 'data', 'sparse')]);
  });

  it('holds a file of more than 8 GiB', async function () {
    // Reading so much takes a while; the usual run looks only whether the size is told right.
    const size = 8 * 1024 ** 3 + 1;
    const fd = openSync(place('root', 'huge'), 'w');
    ftruncateSync(fd, size);
    closeSync(fd);
    if (!isLongRun) {
      const { encodeMember } = await import('../../../../src/archive/format/tar-header.ts');
      const path = Buffer.from('huge');
      const base = { type: 'file' as const, path, mode: 0o644, uid: 0, gid: 0, mtimeNs: 0n, link: null, sparse: false };
      const header = Buffer.concat([Buffer.from(encodeMember({ ...base, size })), Buffer.alloc(1024)]);
      writeFileSync(place('header.tar'), header);
      const listed = execFileSync('sh', ['-c', `tar -tvf ${place('header.tar')} 2>/dev/null || true`], {
        encoding: 'utf8',
      });
      assert.match(listed, new RegExp(String(size)));
      return;
    }
    this.timeout(600_000);
    await pack();
    assert.deepEqual((await verify(archive())).problems, []);
    const listed = execFileSync('sh', ['-c', `zstd -dc '${archive()}' | tar -tvf -`], { encoding: 'utf8' });
    assert.match(listed, new RegExp(`${String(size)} .*data/huge`));
  });

  describe('when files change while they are read', () => {
    const large = 24 * 1024 * 1024;

    /** Does something to the files when the first pieces have been read. */
    async function packWhile(act: () => void): ReturnType<typeof create> {
      let acted = false;
      // The signal is asked before each piece is handed on.
      const { signal } = new AbortController();
      Object.defineProperty(signal, 'throwIfAborted', {
        value: () => {
          if (!acted) act();
          acted = true;
        },
      });
      const task = createTask(archive(), { sources: [folderSource(place('root'))] });
      const result = await createArchive(task, { signal, niceness: 0, onProgress: () => undefined });
      assert.ok(acted);
      assert.deepEqual((await verify(archive())).problems, []);
      return result;
    }
    const failures = ({ failedFiles }: Awaited<ReturnType<typeof create>>): string[] =>
      failedFiles.list.map(({ path, reason }) => `${path} ${reason}`);

    beforeEach(() => {
      writeFileSync(place('root', 'a-large'), Buffer.alloc(large, 'abc'));
      writeFileSync(place('root', 'z-last'), 'last');
    });

    it('keeps the archive right when one grows', async () => {
      const result = await packWhile(() => {
        appendFileSync(place('root', 'a-large'), 'more');
      });
      assert.deepEqual(failures(result), ['data/a-large changed']);
    });

    it('keeps the archive right when one shrinks', async () => {
      const result = await packWhile(() => {
        truncateSync(place('root', 'a-large'), 100);
      });
      assert.deepEqual(failures(result), ['data/a-large changed']);
      await restore(archive(), place('target'));
      assert.equal(statSync(place('target', 'data', 'a-large')).size, large);
    });

    it('says so when one vanishes', async () => {
      const result = await packWhile(() => {
        unlinkSync(place('root', 'z-last'));
      });
      assert.deepEqual(failures(result), ['data/z-last vanished']);
      assert.deepEqual(names(), ['data/a-large']);
    });

    it('follows no link that takes the place of a file', async () => {
      writeFileSync(place('secret'), 'secret');
      const result = await packWhile(() => {
        unlinkSync(place('root', 'z-last'));
        symlinkSync(place('secret'), place('root', 'z-new'));
        renameSync(place('root', 'z-new'), place('root', 'z-last'));
      });
      assert.equal(result.failedFiles.list.filter(({ reason }) => reason === 'unreadable').length, 0);
      await restore(archive(), place('target'));
    });
  });

  it('fails for what cannot be read only when told to', async () => {
    // Deeper than a path can be said at once: that stops even root, who may read everything.
    const dig = `i=0; while [ $i -lt 25 ]; do mkdir ${'d'.repeat(200)}; cd ${'d'.repeat(200)}; i=$((i+1)); done`;
    execFileSync('sh', ['-c', dig], { cwd: place('root'), stdio: 'ignore' });
    writeFileSync(place('root', 'z-last'), 'last');
    try {
      const { failedFiles } = await pack();
      assert.equal(failedFiles.count, 1);
      assert.equal(failedFiles.list[0]?.reason, 'unreadable');
      assert.ok(names().includes('data/z-last'));
      rmSync(archive());
      await assert.rejects(pack({ unreadable: 'fail' }), failsWith('source_unreadable', /^Cannot read data/));
    } finally {
      execFileSync('rm', ['-rf', place('root')]);
    }
  });
});

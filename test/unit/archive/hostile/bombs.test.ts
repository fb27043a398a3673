import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { PIECE_BYTES } from '../../../../src/archive/format/frame.ts';
import { encodeMember } from '../../../../src/archive/format/tar-header.ts';
import type { Compression } from '../../../../src/model.ts';
import { buildTar, file, folderEntry, member, type Entry } from '../../../helpers/built-archive.ts';
import { isLongRun, recordFigure } from '../../../helpers/figures.ts';
import { assertRestored, stored, Surroundings, told, type Stored } from '../../../helpers/hostile.ts';
import { tempFolder } from '../../../helpers/temp-folder.ts';
import { cutUp, wrapTar } from '../../../helpers/wrapped-archive.ts';

const MIB = 1024 * 1024;
/** 1 GiB, or in a usual run as much as shows the same. */
const BOMB = isLongRun ? 1024 * MIB : 16 * MIB;
/** What is packed into one piece: enough to see in the memory whether it was unpacked. */
const SWOLLEN = Math.max(BOMB, 256 * MIB);
const MEMBERS = isLongRun ? 100_000 : 2_000;
/** What a process that restores takes at most beyond one that restores next to nothing. */
const MOST_MEMORY = 160 * MIB;

const SPARSE: Entry = { member: member('holes', { size: BOMB, sparse: true }), content: Buffer.alloc(BOMB) };

describe('a small archive that becomes a large one', function () {
  this.timeout(900_000);
  const folder = tempFolder();

  /** One piece that is said to hold what it must, and holds far more. */
  async function swollen(compression: 'gzip' | 'zstd'): Promise<Stored> {
    const built = buildTar([file('a')]);
    const more = Buffer.concat([built.tar.subarray(0, built.manifestAt), Buffer.alloc(SWOLLEN)]);
    const packed = compression === 'zstd' ? zstdCompressSync(more) : gzipSync(more);
    if (compression === 'gzip') Buffer.of(0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff).copy(packed);
    const wrapping = { compression, keys: null };
    const pieces = [{ packed, size: built.manifestAt }];
    return told(await wrapTar(built.tar, built.manifestAt, { ...wrapping, pieces }), built, wrapping);
  }

  for (const compression of ['gzip', 'zstd'] as const) {
    it(`is refused when a piece holds more than it may, without unpacking it (${compression})`, async () => {
      const around = new Surroundings(folder());
      const bomb = await swollen(compression);
      assert.ok(bomb.bytes.length < 2 * MIB, String(bomb.bytes.length));
      await around.assertRefused(bomb, { message: /^The archive is damaged in bytes 0 to \d+ of the tar stream/ });
      const memory = memoryOf(bomb) - memoryOf(await stored(buildTar([file('a')]), bomb.wrapping));
      assert.ok(memory < MOST_MEMORY, `${String(memory)} bytes`);
      recordFigure(
        `restore of ${String(SWOLLEN / MIB)} MiB packed into one piece (${compression}): refused, MiB of memory taken`,
        Math.max(0, Math.round(memory / MIB)),
      );
    });
  }

  for (const compression of ['none', 'gzip', 'zstd'] as const) {
    it(`is refused when a member has more bytes than it declares (${compression})`, async () => {
      const around = new Surroundings(folder());
      const entries = [{ member: member('a', { size: 4 }), content: Buffer.alloc(BOMB) }, file('b')];
      await around.assertRefused(await stored(buildTar(entries), { compression, keys: null }), {
        message: /^b: it is not where the manifest says/,
      });
    });
  }

  it('is refused when it declares more bytes than it has', async () => {
    const around = new Surroundings(folder());
    const entries = [{ member: member('a', { size: BOMB }), content: Buffer.from('evil') }];
    await around.assertRefused(await stored(buildTar(entries), { compression: 'zstd', keys: null }), {
      message: /^a: the manifest says that it has \d+ bytes, more than the archive holds/,
    });
  });

  it('is restored when it is honest: a file that is one hole', async () => {
    const around = new Surroundings(folder());
    const archive = await stored(buildTar([SPARSE]), { compression: 'zstd', keys: null });
    assert.ok(archive.bytes.length < 2 * MIB);
    await around.restore(archive);
    const { size, blocks } = statSync(join(around.target, 'holes'));
    assert.equal(size, BOMB);
    assert.ok(blocks * 512 < MIB);
    execFileSync('cmp', ['-n', String(BOMB), join(around.target, 'holes'), '/dev/zero']);
    around.assertOutsideUntouched();
    recordFigure(`restore of a hole of ${String(BOMB / MIB)} MiB: bytes of archive`, archive.bytes.length);
  });

  /** The most memory that a process has while it tries to restore, in bytes. The figure of getrusage begins with that of the parent. */
  function memoryOf({ bytes, wrapping }: Stored): number {
    const path = join(folder(), 'bomb');
    writeFileSync(path, bytes);
    const module = new URL('../../../helpers/archives.ts', import.meta.url).href;
    const code = `
      const { restore } = await import(${JSON.stringify(module)});
      await restore(${JSON.stringify(path)}, ${JSON.stringify(join(folder(), 'never'))}, ${JSON.stringify(wrapping)})
        .catch(() => undefined);
      const { readFileSync } = await import('node:fs');
      console.log(/VmHWM:\\s+(\\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))[1] * 1024);`;
    // A file of its own: threads cannot start in a process that was given its code as an option.
    const script = join(folder(), 'restore.mjs');
    writeFileSync(script, code);
    const output = execFileSync(process.execPath, [script], { encoding: 'utf8' });
    rmSync(script);
    execFileSync('rm', ['-rf', join(folder(), 'never')]);
    return Number(output);
  }
});

describe('an archive with very many members', function () {
  this.timeout(900_000);
  const folder = tempFolder();
  const many = (prefix: string): Entry[] =>
    Array.from({ length: MEMBERS }, (_, i) => file(`${prefix}/${String(i)}`, String(i)));
  const compressions: readonly Compression[] = isLongRun ? ['none', 'gzip', 'zstd'] : ['none', 'zstd'];

  for (const compression of compressions) {
    const wrapping = { compression, keys: null };

    it(`is refused when its manifest does not declare them (${compression})`, async () => {
      const around = new Surroundings(folder());
      const hidden = many('d').map((entry) => ({ ...entry, unlisted: true }));
      const last = await stored(buildTar([folderEntry('d'), file('d/a'), ...hidden]), wrapping);
      await around.assertRefused(last, { message: /end of the manifest does not fit the members/ });
      const between = await stored(buildTar([folderEntry('d'), ...hidden, file('d/a')]), wrapping);
      await around.assertRefused(between, { message: /^d\/a: it is not where the manifest says/ });
    });

    it(`is refused when it does not hold what its manifest declares (${compression})`, async () => {
      const around = new Surroundings(folder());
      const whole = buildTar([folderEntry('d'), ...many('d')]);
      const few = buildTar([folderEntry('d'), file('d/0', '0')]);
      const tar = Buffer.concat([few.tar.subarray(0, few.manifestAt), whole.tar.subarray(whole.manifestAt)]);
      const pieces = cutUp(tar.subarray(0, few.manifestAt), compression);
      const bytes = await wrapTar(tar, few.manifestAt, { ...wrapping, pieces });
      await around.assertRefused(told(bytes, whole, wrapping), {
        message: /more than the archive holds|header is not/,
      });
    });

    it(`is restored when it is honest (${compression})`, async () => {
      const around = new Surroundings(folder());
      const entries = [folderEntry('d'), ...many('d')];
      const archive = await stored(buildTar(entries), wrapping);
      const result = await around.restore(archive);
      assert.equal(result.files, MEMBERS);
      assertRestored(around.target, entries);
      around.assertOutsideUntouched();
      recordFigure(`files restored byte for byte from one archive (${compression})`, MEMBERS);
    });
  }
});

describe('an archive with very deep folders', function () {
  this.timeout(300_000);
  const folder = tempFolder();

  it('is told that the target is too deep itself, and restored where it is not', async () => {
    const deep = Array.from({ length: 1_900 }, (_, i) => folderEntry(`d${'/d'.repeat(i)}`));
    const archive = await stored(buildTar(deep), { compression: 'zstd', keys: null });
    const long = join(folder(), 'x'.repeat(200), 'y'.repeat(100));
    mkdirSync(long, { recursive: true });
    const around = new Surroundings(long);
    await around.assertRefused(archive, {
      code: 'restore_failed',
      message: /has \d+ bytes, which is too long a name below .* Restore to a folder with a shorter path/,
    });
    mkdirSync(join(folder(), 'short'));
    const near = new Surroundings(join(folder(), 'short'));
    await near.restore(archive);
    assertRestored(near.target, deep);
  });

  it('is refused for a name that is longer than any path can be, and says which', async () => {
    const around = new Surroundings(folder());
    const name = Array.from({ length: 20 }, () => 'n'.repeat(250)).join('/');
    assert.ok(encodeMember(member(name)).length < PIECE_BYTES);
    await around.assertRefused(await stored(buildTar([file(name)]), { compression: 'none', keys: null }), {
      code: 'restore_failed',
      message: /^n{200}… has 5019 bytes, which is too long a name/,
    });
  });
});

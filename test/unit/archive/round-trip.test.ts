import assert from 'node:assert/strict';
import { isUtf8 } from 'node:buffer';
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { Parser, type ReadEntry } from 'tar';
import type { Compression } from '../../../src/model.ts';
import { create, folderSource, restore, verify } from '../../helpers/archives.ts';
import { isLongRun, recordFigure, tellProgress } from '../../helpers/figures.ts';
import { tempFolder } from '../../helpers/temp-folder.ts';
import { forest, look, plant, type Node, type SeenEntry } from '../../helpers/trees.ts';

const RUNS = isLongRun ? 1000 : 24;
const UNPACK: Readonly<Record<Compression, readonly string[]>> = {
  zstd: ['zstd', '-dc'],
  gzip: ['gzip', '-dc'],
  none: ['cat'],
};

describe('a random tree, packed', function () {
  this.timeout(3_600_000);
  const folder = tempFolder();

  async function packed(nodes: readonly Node[], compression: Compression): Promise<{ root: string; archive: string }> {
    const base = mkdtempSync(join(folder(), 'case-'));
    const root = join(base, 'root');
    mkdirSync(root);
    plant(Buffer.from(root), nodes);
    const archive = join(base, 'archive');
    const result = await create(archive, { sources: [folderSource(root)], compression });
    assert.equal(result.failedFiles.count, 0);
    return { root, archive };
  }

  for (const compression of ['zstd', 'gzip', 'none'] as const) {
    it(`comes back the same by restore, GNU tar and bsdtar, and is proved by verify (${compression})`, async () => {
      const runs = compression === 'zstd' ? RUNS : Math.ceil(RUNS / 4);
      let run = 0;
      await fc.assert(
        fc.asyncProperty(forest, async (nodes) => {
          tellProgress(`tree ${String(++run)} of ${String(runs)}`);
          const { root, archive } = await packed(nodes, compression);
          const expected = look(root);
          assert.deepEqual((await verify(archive, { compression })).problems, []);
          await restore(archive, `${archive}.restored`, { compression });
          assert.deepEqual(look(join(`${archive}.restored`, 'data')), expected, 'restore');
          for (const tar of ['tar', 'bsdtar']) {
            const target = `${archive}.${tar}`;
            mkdirSync(target);
            const unpack = [...UNPACK[compression], archive].join(' ');
            execFileSync('sh', ['-c', `${unpack} | ${tar} -xpf - -C ${target}`], {
              stdio: ['ignore', 'ignore', 'pipe'],
            });
            assert.deepEqual(look(join(target, 'data')), expected, tar);
          }
          rmSync(join(archive, '..'), { recursive: true });
        }),
        { numRuns: runs },
      );
      recordFigure(`random trees, packed and unpacked (${compression})`, `${String(runs)} of ${String(runs)} equal`);
    });
  }

  it('is read by the tar package of npm', async () => {
    await fc.assert(
      fc.asyncProperty(forest, async (nodes) => {
        const { root, archive } = await packed(nodes, 'zstd');
        fc.pre([...look(root).keys()].every(isPlain));
        const found = await readByPackage(execFileSync('zstd', ['-dc', archive], { maxBuffer: 2 ** 30 }));
        for (const [name, seen] of look(root)) {
          const told = found.get(`data/${name}`);
          // Only one of the names of a file has its content.
          if (seen.links < 2 || told !== 'hard link') assert.equal(told, shown(seen), name);
        }
        rmSync(join(archive, '..'), { recursive: true });
      }),
      { numRuns: Math.ceil(RUNS / 4) },
    );
  });

  it('keeps names apart that differ only in how a letter is composed (bsdtar does not)', async () => {
    const names = ['\u00e4', 'a\u0308'].map((text) => Buffer.from(text));
    const nodes = names.map((name) => ({ kind: 'file' as const, name, size: 1, mode: 0o644, time: 1 }));
    const { archive } = await packed(nodes, 'zstd');
    await restore(archive, `${archive}.restored`);
    assert.equal(look(join(`${archive}.restored`, 'data')).size, 2);
  });
});

/** What the package can tell: it takes all names for UTF-8, and a newline in one throws it off. */
function isPlain(name: string): boolean {
  return isUtf8(Buffer.from(name, 'latin1')) && !name.includes('\n');
}

function shown({ mode, seconds, what }: SeenEntry): string {
  return what.startsWith('->') ? what : `${(mode & 0o7777).toString(8)} ${String(seconds)} ${what}`;
}

/** The members as the package reads them, by name as latin1 without trailing slash. */
async function readByPackage(tar: Buffer): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  await new Promise<void>((resolve, reject) => {
    const parser = new Parser({ strict: true });
    parser.on('entry', (entry: ReadEntry) => {
      const name = Buffer.from(entry.path.replace(/\/$/, '')).toString('latin1');
      const hash = createHash('sha256');
      entry.on('data', (chunk: Buffer) => hash.update(chunk));
      entry.on('end', () => found.set(name, told(entry, hash.digest('hex'))));
    });
    parser.on('end', resolve);
    parser.on('error', reject);
    parser.end(tar);
  });
  return found;
}

function told(entry: ReadEntry, sha256: string): string {
  if (entry.type === 'Link') return 'hard link';
  if (entry.type === 'SymbolicLink') return `-> ${String(entry.linkpath)}`;
  const seconds = Math.floor(Number(entry.mtime) / 1000);
  const what = entry.type === 'Directory' ? 'folder' : sha256;
  return `${(entry.mode ?? 0).toString(8)} ${String(seconds)} ${what}`;
}

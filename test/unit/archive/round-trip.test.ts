import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import type { Compression } from '../../../src/model.ts';
import { create, folderSource, restore, verify } from '../../helpers/archives.ts';
import { isLongRun, recordFigure } from '../../helpers/figures.ts';
import { tempFolder } from '../../helpers/temp-folder.ts';
import { forest, look, plant, type Node } from '../../helpers/trees.ts';

const RUNS = isLongRun ? 1000 : 40;
const UNPACK: Readonly<Record<Compression, readonly string[]>> = {
  zstd: ['zstd', '-dc'],
  gzip: ['gzip', '-dc'],
  none: ['cat'],
};

describe('a random tree, packed', function () {
  this.timeout(600_000);
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
      await fc.assert(
        fc.asyncProperty(forest, async (nodes) => {
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

  it('keeps names apart that differ only in how a letter is composed (bsdtar does not)', async () => {
    const names = ['\u00e4', 'a\u0308'].map((text) => Buffer.from(text));
    const nodes = names.map((name) => ({ kind: 'file' as const, name, size: 1, mode: 0o644, time: 1 }));
    const { archive } = await packed(nodes, 'zstd');
    await restore(archive, `${archive}.restored`);
    assert.equal(look(join(`${archive}.restored`, 'data')).size, 2);
  });
});

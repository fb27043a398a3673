import assert from 'node:assert/strict';
import { linkSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import type { NodeRedSource } from '../../../../src/backup-request.ts';
import { runArchiveTask } from '../../../../src/archive/run-archive-task.ts';
import type { EstimateResult, EstimateTask } from '../../../../src/archive/tasks.ts';
import { create, folderSource, quietContext } from '../../../helpers/archives.ts';
import { tempFolder } from '../../../helpers/temp-folder.ts';
import { forest, plant } from '../../../helpers/trees.ts';

type Changes = Partial<EstimateTask>;

function taskOf(changes: Changes): EstimateTask {
  const rules = { excludeCaches: false, excludeIfPresent: [], skipFolders: [] };
  return { kind: 'estimate', sources: [], limitMs: 60_000, ...rules, ...changes };
}

describe('what a backup would hold', function () {
  const folder = tempFolder();
  const estimate = (changes: Changes, signal?: AbortSignal): Promise<EstimateResult> =>
    runArchiveTask(taskOf(changes), quietContext(signal));

  function plantData(): string {
    const root = join(folder(), 'data');
    mkdirSync(join(root, 'logs'), { recursive: true });
    mkdirSync(join(root, 'cache'));
    writeFileSync(join(root, 'a.txt'), 'a'.repeat(100));
    writeFileSync(join(root, 'logs/b.log'), 'b'.repeat(1_000));
    writeFileSync(join(root, 'cache/c'), 'c'.repeat(10_000));
    writeFileSync(join(root, 'cache/.nobackup'), '');
    symlinkSync('/etc', join(root, 'link'));
    return root;
  }

  it('is what is then in it: the same files, whatever the tree', async () => {
    let runs = 0;
    await fc.assert(
      fc.asyncProperty(forest, async (nodes) => {
        const root = join(folder(), `tree-${String(++runs)}`);
        mkdirSync(root);
        plant(Buffer.from(root), nodes);
        const [counted] = (await estimate({ sources: [folderSource(root)] })).sources;
        const made = await create(join(folder(), `archive-${String(runs)}`), { sources: [folderSource(root)] });
        assert.equal(counted?.is_complete, true);
        assert.equal(counted.unreadable, 0);
        // A further name of a file is counted as one more, and its content once in the archive.
        const twins = JSON.stringify(nodes).includes('"twin"');
        if (!twins) assert.deepEqual([counted.files, counted.bytes], [made.files, made.bytes]);
        else assert.ok(counted.bytes >= made.bytes && counted.files >= made.files);
      }),
      { numRuns: 8 },
    );
  });

  it('is without what is left out', async () => {
    const root = plantData();
    const count = async (exclude: readonly string[], changes: Changes = {}): Promise<readonly number[]> => {
      const [source] = (await estimate({ sources: [folderSource(root, 'data', exclude)], ...changes })).sources;
      return [source?.files ?? NaN, source?.bytes ?? NaN];
    };
    assert.deepEqual(await count([]), [4, 11_100]);
    assert.deepEqual(await count(['*.log']), [3, 10_100]);
    assert.deepEqual(await count([], { excludeIfPresent: ['.nobackup'] }), [2, 1_100]);
    assert.deepEqual(await count([], { skipFolders: [join(root, 'logs')] }), [3, 10_100]);
  });

  it('counts the user directory with what Node-RED uses outside it', async () => {
    const userDir = join(folder(), 'user');
    mkdirSync(userDir);
    writeFileSync(join(userDir, 'flows.json'), '[]');
    writeFileSync(join(folder(), 'settings.js'), 'module.exports = {};');
    const source: NodeRedSource = {
      kind: 'node-red',
      label: 'node-red',
      path: userDir,
      exclude: [],
      flowFile: join(userDir, 'flows.json'),
      settingsFile: join(folder(), 'settings.js'),
      includeNodeModules: false,
      credentialSecret: { from: 'settings', secret: 'x' },
    };
    const [counted] = (await estimate({ sources: [source] })).sources;
    const made = await create(join(folder(), 'archive'), { sources: [source] });
    assert.deepEqual([counted?.files, counted?.bytes], [made.files, made.bytes]);
  });

  it('tells of each source what is wrong with it, and counts the others', async () => {
    const root = plantData();
    const file = join(root, 'a.txt');
    const sources = [
      folderSource(join(folder(), 'gone'), 'gone'),
      folderSource(root, 'bad', ['[']),
      folderSource(file, 'file'),
    ];
    const [gone, bad, single] = (await estimate({ sources })).sources;
    assert.equal(gone?.problem?.code, 'source_not_found');
    assert.match(gone.problem.message, /"gone".*is not there/);
    assert.equal(bad?.problem?.code, 'invalid_request');
    assert.deepEqual(single, {
      ...{ label: 'file', files: 1, bytes: 100 },
      ...{ unreadable: 0, is_complete: true, problem: null },
    });
  });

  it('is told as far as it was counted when the time is over', async () => {
    const root = plantData();
    const [source] = (await estimate({ sources: [folderSource(root)], limitMs: 0 })).sources;
    assert.equal(source?.is_complete, false);
    assert.ok(source.files <= 1, 'it went on');
  });

  it('ends soon when nobody wants it any more', async () => {
    const root = join(folder(), 'many');
    mkdirSync(root);
    writeFileSync(join(root, 'x'), '');
    for (let i = 0; i < 300; i++) {
      mkdirSync(join(root, String(i)));
      for (let j = 0; j < 100; j++) linkSync(join(root, 'x'), join(root, String(i), String(j)));
    }
    // Counted so often, that takes several seconds.
    const sources = Array.from({ length: 100 }, (_, i) => folderSource(root, `label${String(i)}`));
    const began = performance.now();
    await assert.rejects(estimate({ sources }, AbortSignal.timeout(300)), /timeout/);
    assert.ok(performance.now() - began < 3_000, 'it counted on');
  });
});

import assert from 'node:assert/strict';
import { cpSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { keptRestores, lastRestore } from '../../../src/apply/restore-folders.ts';
import { stageRestore } from '../../helpers/restore-bench.ts';
import { tempFolder } from '../../helpers/temp-folder.ts';

describe('kept restores', function () {
  const root = tempFolder();

  it('are in the order of their time, also over the night when the clocks go back', async () => {
    const userDir = join(root(), 'data');
    await stageRestore(root());
    const [kept] = await keptRestores(userDir);
    assert.ok(kept);
    const place = (name: string): string => join(dirname(kept.folder), name);
    const change = (folder: string, staged: string): void => {
      const path = join(folder, 'journal.json');
      const journal = JSON.parse(readFileSync(path, 'utf8')) as object;
      writeFileSync(path, JSON.stringify({ ...journal, staged, phase: 'confirmed' }));
    };
    cpSync(kept.folder, place('later'), { recursive: true });
    change(place('later'), '2026-10-25T02:10:00+01:00');
    renameSync(kept.folder, place('earlier'));
    change(place('earlier'), '2026-10-25T02:50:00+02:00');
    assert.equal((await lastRestore(userDir)).folder, place('later'));
  });
});

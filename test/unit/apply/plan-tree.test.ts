import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { join, relative } from 'node:path';
import { changesOfTree, type TreeRules } from '../../../src/apply/plan-tree.ts';
import { tempFolder } from '../../helpers/temp-folder.ts';
import { put } from '../../helpers/user-dir.ts';

describe('what a restored folder changes', () => {
  const root = tempFolder();

  /** What comes to where, as names below the target. */
  const comes = (rules: Partial<TreeRules> = {}): string[] => {
    const [staged, target] = [join(root(), 'staged'), join(root(), 'target')];
    mkdirSync(target, { recursive: true });
    const all = { skips: () => false, isWhole: () => false, ...rules };
    return changesOfTree(staged, target, all)
      .map((change) => relative(target, change.target))
      .sort();
  };

  it('is a folder as a whole where there is none yet, and its files where there is one', () => {
    put(root(), { 'staged/new/a': '1', 'staged/new/b': '2', 'staged/old/a': '1', 'target/old/b': '2' });
    assert.deepEqual(comes(), ['new', 'old/a']);
  });

  it('leaves out what is not to come, also in a folder that is not there yet', () => {
    put(root(), { 'staged/new/deep/flows.json': '[]', 'staged/new/deep/a': '1', 'staged/new/b': '2' });
    assert.deepEqual(comes({ skips: (name) => name === 'new/deep/flows.json' }), ['new/b', 'new/deep/a']);
  });

  it('replaces a folder of which the backup has everything', () => {
    put(root(), { 'staged/lib/a': '1', 'target/lib/b': '2' });
    assert.deepEqual(comes({ isWhole: (name) => name === 'lib' }), ['lib']);
  });
});

import assert from 'node:assert/strict';
import { linkSync, mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { SwapStep } from '../../../src/apply/step.ts';
import { swapIn, swapOut } from '../../../src/apply/swap.ts';
import { tempFolder } from '../../helpers/temp-folder.ts';
import { contentsOf, put } from '../../helpers/user-dir.ts';

describe('a swap', () => {
  const folder = tempFolder();
  const at = (name: string): string => join(folder(), name);
  const stepOf = (had: boolean, next = true): SwapStep => ({
    kind: 'swap',
    target: at('target'),
    next: next ? at('next') : null,
    before: at('before'),
    had,
  });
  const files = { target: 'old', next: 'new' };

  it('of a file, and back, keeps both', () => {
    put(folder(), files);
    swapIn(stepOf(true));
    assert.deepEqual(contentsOf(folder()), { target: 'new', before: 'old' });
    swapOut(stepOf(true));
    assert.deepEqual(contentsOf(folder()), files);
  });

  it('of a folder, and back, keeps both', () => {
    put(folder(), { 'target/a': 'old', 'target/c': 'old', 'next/a': 'new' });
    swapIn(stepOf(true));
    assert.deepEqual(contentsOf(folder()), { 'target/a': 'new', 'before/a': 'old', 'before/c': 'old' });
    swapOut(stepOf(true));
    assert.deepEqual(contentsOf(folder()), { 'target/a': 'old', 'target/c': 'old', 'next/a': 'new' });
  });

  it('adds and takes away what was not there', () => {
    put(folder(), { next: 'new' });
    swapIn(stepOf(false));
    assert.deepEqual(contentsOf(folder()), { target: 'new' });
    swapOut(stepOf(false));
    assert.deepEqual(contentsOf(folder()), { next: 'new' });
  });

  it('takes away and brings back, with what came meanwhile kept beside it', () => {
    put(folder(), { target: 'old' });
    swapIn(stepOf(true, false));
    assert.deepEqual(contentsOf(folder()), { before: 'old' });
    put(folder(), { target: 'later' });
    swapOut(stepOf(true, false));
    assert.deepEqual(contentsOf(folder()), { target: 'old', 'before.later': 'later' });
  });

  it('back keeps what was written after it', () => {
    put(folder(), files);
    swapIn(stepOf(true));
    put(folder(), { 'target.tmp': 'later' });
    renameSync(at('target.tmp'), at('target'));
    swapOut(stepOf(true));
    assert.deepEqual(contentsOf(folder()), { target: 'old', next: 'later' });
  });

  const cuts: readonly (readonly [string, () => void])[] = [
    ['the old file has two names', () => linkSync(at('target'), at('before'))],
    ['the old file was moved away', () => renameSync(at('target'), at('before'))],
    [
      'all is done',
      () => {
        renameSync(at('target'), at('before'));
        renameSync(at('next'), at('target'));
      },
    ],
    [
      'going back, the new file has two names',
      () => {
        renameSync(at('target'), at('before'));
        renameSync(at('next'), at('target'));
        linkSync(at('target'), at('next'));
      },
    ],
  ];
  for (const [name, cut] of cuts) {
    it(`that was cut off when ${name} can be taken back`, () => {
      put(folder(), files);
      cut();
      swapOut(stepOf(true));
      assert.deepEqual(contentsOf(folder()), files);
    });
  }
  for (const [name, cut] of cuts.slice(0, 3)) {
    it(`that was cut off when ${name} can be gone on with`, () => {
      put(folder(), files);
      cut();
      swapIn(stepOf(true));
      assert.deepEqual(contentsOf(folder()), { target: 'new', before: 'old' });
    });
  }

  it('does nothing the second time', () => {
    mkdirSync(at('target'));
    writeFileSync(at('next'), 'new');
    swapIn(stepOf(true));
    swapIn(stepOf(true));
    assert.deepEqual(contentsOf(folder()), { target: 'new' });
    swapOut(stepOf(true));
    swapOut(stepOf(true));
    assert.deepEqual(contentsOf(folder()), { next: 'new' });
  });
});

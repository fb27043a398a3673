import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync, rmSync, statSync, truncateSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { keepCopy, rewriteIn, rewriteOut } from '../../../src/apply/rewrite.ts';
import type { RewriteStep } from '../../../src/apply/step.ts';
import { tempFolder } from '../../helpers/temp-folder.ts';
import { contentsOf, put } from '../../helpers/user-dir.ts';

const hash = (text: string): string => createHash('sha256').update(text).digest('hex');

describe('a file that is written over where it lies', () => {
  const folder = tempFolder();
  const at = (name: string): string => join(folder(), name);
  const kept = { next: 'the new one', before: 'old' };
  const step = (texts = kept): RewriteStep => ({
    kind: 'rewrite',
    target: at('target'),
    next: at('next'),
    before: at('before'),
    hashes: { before: hash(texts.before), next: hash(texts.next) },
  });

  it('keeps its place, and comes back with its time', () => {
    put(folder(), { ...kept, target: 'old' });
    utimesSync(at('target'), 1000, 1000);
    keepCopy(at('target'), at('before'));
    const { ino } = statSync(at('target'));
    rewriteIn(step());
    assert.deepEqual(contentsOf(folder()), { ...kept, target: 'the new one' });
    rewriteOut(step());
    assert.deepEqual(contentsOf(folder()), { ...kept, target: 'old' });
    const { ino: now, mtimeMs } = statSync(at('target'));
    assert.deepEqual([now, mtimeMs], [ino, 1_000_000]);
  });

  const directions = { rewriteIn, rewriteOut };
  for (const [name, run] of Object.entries(directions)) {
    for (const [next, before] of [
      ['longer than before', 'before'],
      ['after', 'was longer'],
      ['', 'before'],
      ['after', ''],
    ] as const) {
      it(`goes on from wherever it was cut off, with nothing left beside it: ${name}, "${before}" to "${next}"`, () => {
        const [coming, going] = name === 'rewriteIn' ? [next, before] : [before, next];
        for (let length = 0; length <= coming.length; length++) {
          put(folder(), { next, before, target: coming.slice(0, length) + going.slice(length) });
          run(step({ next, before }));
          assert.deepEqual(contentsOf(folder()), { next, before, target: coming });
        }
      });
    }

    it(`keeps what somebody wrote there meanwhile: ${name}`, () => {
      put(folder(), { ...kept, target: 'mine' });
      run(step());
      assert.equal(readFileSync(at('before.later'), 'utf8'), 'mine');
      truncateSync(at('target'));
      run(step());
      assert.equal(readFileSync(at('before.later'), 'utf8'), 'mine');
    });

    it(`makes the file where the mount is gone: ${name}`, () => {
      put(folder(), kept);
      run(step());
      assert.equal(readFileSync(at('target'), 'utf8'), name === 'rewriteIn' ? kept.next : kept.before);
      rmSync(at('target'));
    });
  }
});

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { tempFolder } from '../../helpers/temp-folder.ts';

interface Seen {
  readonly what: string;
  readonly isSame: boolean;
  readonly hasPattern: boolean;
}

describe('memory that was freed or handed on', function () {
  this.timeout(300_000);
  const folder = tempFolder();

  it('is read by nobody, on any way: filled with a pattern, nothing of it arrives', () => {
    const helpers = join(import.meta.dirname, '../../helpers');
    const args = [
      '--require',
      join(helpers, 'poisoned-memory.cjs'),
      join(helpers, 'poisoned-memory-process.ts'),
      folder(),
    ];
    const seen = JSON.parse(execFileSync(process.execPath, args, { encoding: 'utf8' })) as readonly Seen[];
    assert.equal(seen.length, 2 * 3 + 3 * 6);
    assert.deepEqual(
      seen.filter(({ isSame, hasPattern }) => !isSame || hasPattern),
      [],
    );
  });
});

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { ManifestSpool } from '../../../../src/archive/write/manifest-spool.ts';
import { tempFolder } from '../../../helpers/temp-folder.ts';

describe('the manifest that waits on the disk', () => {
  const folder = tempFolder();
  let path: string;
  let spool: ManifestSpool;
  const lines = Array.from({ length: 20_000 }, (_, i) => `{"path":"secret-name-${String(i)}"}\n`);

  beforeEach(() => {
    path = join(folder(), 'spool');
    spool = new ManifestSpool(path);
    for (const line of lines) spool.add(line);
  });

  it('is read as it was written, in steps of any size, also the lines that came after its digest', () => {
    assert.equal(spool.digest(), createHash('sha256').update(lines.join('')).digest('hex'));
    spool.add('end\n');
    const parts: Buffer[] = [];
    for (const step of [1, 15, 16, 17, 100_000, 2_000_000, 2_000_000, 2_000_000, 10]) {
      const part = Buffer.alloc(step);
      parts.push(part.subarray(0, spool.read(part)));
    }
    assert.equal(parts.at(-1)?.length, 0);
    assert.equal(Buffer.concat(parts).toString(), `${lines.join('')}end\n`);
    assert.equal(spool.size, lines.join('').length + 4);
    spool.close();
    assert.ok(!existsSync(path));
  });

  it('tells no name to who finds it on the disk', () => {
    spool.digest();
    assert.equal(statSync(path).size, lines.join('').length);
    assert.ok(!readFileSync(path).includes('secret'));
    spool.close();
  });
});

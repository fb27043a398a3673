import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { writeAll } from '../../../src/io/write-all.ts';
import { tempFolder } from '../../helpers/temp-folder.ts';

describe('writing all of the bytes', () => {
  const folder = tempFolder();
  const large = randomBytes(5 * 1024 * 1024 + 3);

  function written(work: (fd: number) => void): Buffer {
    const path = join(folder(), 'file');
    const fd = openSync(path, 'w');
    try {
      work(fd);
    } finally {
      closeSync(fd);
    }
    return readFileSync(path);
  }

  it('puts them behind one another', () => {
    const found = written((fd) => {
      for (const bytes of [large, Buffer.alloc(0), Buffer.from('end')]) writeAll(fd, bytes);
    });
    assert.ok(found.equals(Buffer.concat([large, Buffer.from('end')])));
  });

  it('puts them where they are wanted, with zeros before', () => {
    const found = written((fd) => {
      writeAll(fd, large, 10);
    });
    assert.ok(found.equals(Buffer.concat([Buffer.alloc(10), large])));
  });

  it('passes the error of the system on', () => {
    written(() => undefined);
    const fd = openSync(join(folder(), 'file'), 'r');
    assert.throws(() => {
      writeAll(fd, large);
    }, /EBADF/);
    closeSync(fd);
  });
});

import assert from 'node:assert/strict';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { mountPoints } from '../../../src/io/mount-points.ts';
import { bindMounts } from '../../helpers/bind-mounts.ts';
import { tempFolder } from '../../helpers/temp-folder.ts';
import { put } from '../../helpers/user-dir.ts';

describe('mount points', () => {
  const real = bindMounts();
  const folder = tempFolder();
  const at = (name: string): string => join(folder(), name);

  it('are known where the same file system shows a second time, files as well as folders', () => {
    put(folder(), { 'host/a b': '1', 'data/a b': '', 'host/deep/c': '1' });
    mkdirSync(at('data/föl\tder\\'));
    real.bind(at('host/a b'), at('data/a b'));
    real.bind(at('host/deep'), at('data/föl\tder\\'));
    const mounts = mountPoints();
    assert.ok(mounts.isPoint(at('data/a b')));
    assert.ok(mounts.isPoint(at('data/föl\tder\\')));
    assert.ok(!mounts.isPoint(at('data')));
    assert.ok(mounts.isAbove(at('data')));
    assert.ok(!mounts.isAbove(at('host')));
    assert.ok(!mounts.isSame(at('data/new'), at('data/föl\tder\\/new')));
    assert.ok(mounts.isSame(at('data/new'), at('host/not/there')));
  });

  it('are known by the folder that a symbolic link leads to', () => {
    mkdirSync(at('host'));
    mkdirSync(at('data/in'), { recursive: true });
    real.bind(at('host'), at('data/in'));
    symlinkSync(at('data'), at('link'));
    assert.ok(mountPoints().isPoint(at('link/in')));
  });

  it('are told by their devices where the kernel has no table of them', () => {
    mkdirSync(at('disk'));
    real.disk(at('disk'), 1);
    writeFileSync(at('file'), '');
    const mounts = mountPoints([]);
    assert.ok(mounts.isPoint(at('disk')));
    assert.ok(!mounts.isPoint(at('file')));
    assert.ok(!mounts.isSame(at('disk/new'), at('new')));
    assert.ok(mounts.isSame(at('file'), at('not/there/yet')));
  });
});

import assert from 'node:assert/strict';
import {
  chmodSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { BackupError } from '../../../../src/errors.ts';
import { formatIdentity, processIdentity } from '../../../../src/io/process-identity.ts';
import type { RestoreResult, RestoreTask } from '../../../../src/archive/tasks.ts';
import { restore } from '../../../helpers/archives.ts';
import { asNobody, giveToNobody } from '../../../helpers/as-nobody.ts';
import { buildArchive, file, folderEntry, type Entry } from '../../../helpers/built-archive.ts';
import { withSmallDisk } from '../../../helpers/small-disk.ts';
import { tempFolder } from '../../../helpers/temp-folder.ts';

describe('the folder in which a restore is staged', () => {
  const folder = tempFolder();

  function restored(entries: readonly Entry[], changes: Partial<RestoreTask> = {}): Promise<RestoreResult> {
    const path = join(folder(), 'archive.tar');
    writeFileSync(path, buildArchive(entries), { mode: 0o644 });
    return restore(path, join(folder(), 'target'), { compression: 'none', ...changes });
  }

  it('takes with it the folders that were made for it when the restore fails', async () => {
    const target = join(folder(), 'not', 'there', 'target');
    await assert.rejects(restored([file('../evil')], { target }), /Refused/);
    assert.deepEqual(readdirSync(folder()), ['archive.tar']);
  });

  it('is removed when the process that made it is dead, and left when it is not', async () => {
    const self = processIdentity();
    const dead = `.nightkeep-restore~${formatIdentity({ ...self, start: `${self.start}0` })}~0123456789ab`;
    const alive = `.nightkeep-restore~${formatIdentity(self)}~0123456789ab`;
    for (const name of [dead, alive, '.nightkeep-restore~unknown~x'])
      mkdirSync(join(folder(), name, 'a'), { recursive: true });
    await restored([file('a')]);
    assert.deepEqual(
      readdirSync(folder()).sort(),
      [alive, '.nightkeep-restore~unknown~x', 'archive.tar', 'target'].sort(),
    );
  });

  it('is refused a target that is a file before anything is staged', async () => {
    writeFileSync(join(folder(), 'target'), 'mine');
    await assert.rejects(restored([file('a')]), /is not a folder/);
    assert.equal(readFileSync(join(folder(), 'target'), 'utf8'), 'mine');
  });

  it('leads through a target that is itself a link to a folder', async () => {
    mkdirSync(join(folder(), 'real'));
    symlinkSync('real', join(folder(), 'target'));
    await restored([file('a')]);
    assert.deepEqual(readdirSync(join(folder(), 'real')), ['a']);
    assert.ok(lstatSync(join(folder(), 'target')).isSymbolicLink());
  });

  it('lies in the target where beside it nothing may be made', async () => {
    const parent = join(folder(), 'closed');
    const target = join(parent, 'target');
    mkdirSync(target, { recursive: true });
    writeFileSync(join(target, 'mine'), 'mine');
    giveToNobody(folder(), target);
    chmodSync(parent, 0o555);
    await asNobody(() => restored([file('a')], { target }));
    assert.deepEqual(readdirSync(target), ['a', 'mine']);
    chmodSync(parent, 0o755);
  });

  it('lies in the target where that is another file system', async () => {
    await withSmallDisk(join(folder(), 'target'), async (target) => {
      await restored([folderEntry('d'), file('d/a')]);
      assert.deepEqual(readdirSync(target), ['d']);
      assert.deepEqual(readdirSync(folder()).sort(), ['archive.tar', 'target']);
    });
  });

  const READ_ONLY = [folderEntry('top'), folderEntry('top/closed', 0o555), file('top/closed/a')];

  it('is emptied although folders in it are read-only already', async () => {
    const target = join(folder(), 'target');
    mkdirSync(join(target, 'top'), { recursive: true });
    writeFileSync(join(target, 'top', 'closed'), 'mine');
    giveToNobody(folder(), target, join(target, 'top'));
    await assert.rejects(
      asNobody(() => restored(READ_ONLY)),
      /top\/closed/,
    );
    assert.deepEqual(readdirSync(folder()).sort(), ['archive.tar', 'target']);
  });

  it('gives read-only folders to a target that is there', async () => {
    const target = join(folder(), 'target');
    mkdirSync(join(target, 'top'), { recursive: true });
    giveToNobody(folder(), target, join(target, 'top'));
    await asNobody(() => restored(READ_ONLY));
    assert.equal(statSync(join(target, 'top', 'closed')).mode & 0o777, 0o555);
    chmodSync(join(target, 'top', 'closed'), 0o755);
  });

  it('takes everything back when not everything can be moved into place', async () => {
    const target = join(folder(), 'target');
    mkdirSync(join(target, 'z'), { recursive: true });
    writeFileSync(join(target, 'a'), 'mine');
    giveToNobody(folder(), target, join(target, 'a'));
    chmodSync(join(target, 'z'), 0o555);
    const entries = [file('a'), file('b'), folderEntry('z'), file('z/c')];
    await assert.rejects(
      asNobody(() => restored(entries, { overwrite: true })),
      (error: unknown) => error instanceof BackupError && error.message.includes('as it was'),
    );
    assert.deepEqual(readdirSync(target), ['a', 'z']);
    assert.deepEqual(readdirSync(join(target, 'z')), []);
    assert.equal(readFileSync(join(target, 'a'), 'utf8'), 'mine');
    assert.deepEqual(readdirSync(folder()).sort(), ['archive.tar', 'target']);
    chmodSync(join(target, 'z'), 0o755);
  });
});

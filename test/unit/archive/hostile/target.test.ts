import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, closeSync, copyFileSync, mkdirSync, openSync, readFileSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { asNobody, giveToNobody } from '../../../helpers/as-nobody.ts';
import { buildTar, file, folderEntry, member } from '../../../helpers/built-archive.ts';
import { assertRestored, stored, Surroundings, told, type Stored } from '../../../helpers/hostile.ts';
import { withSmallDisk } from '../../../helpers/small-disk.ts';
import { tempFolder } from '../../../helpers/temp-folder.ts';
import { WRAPPINGS } from '../../../helpers/wrapped-archive.ts';

const ENTRIES = [file('mine', 'of the backup'), folderEntry('d'), file('d/a')];
const PLAIN = { compression: 'none', keys: null } as const;

describe('a restore onto a difficult target', () => {
  const folder = tempFolder();
  let archive: Stored;
  let around: Surroundings;

  beforeEach(async () => {
    archive = await stored(buildTar(ENTRIES), PLAIN);
    around = new Surroundings(folder());
  });

  it('is refused with nothing changed on a disk that has not the room, whatever the archive is stored as', async () => {
    const large = buildTar([file('large', 'x'.repeat(5 * 1024 * 1024))]);
    for (const [name, wrapping] of Object.entries(WRAPPINGS)) {
      await withSmallDisk(join(folder(), `disk ${name}`), async (disk) => {
        const target = join(disk, 'target');
        mkdirSync(target);
        const whole = await stored(large, wrapping);
        await assert.rejects(around.restore(whole, { target }), { code: 'no_space', message: /Nothing was changed/ });
        assert.equal(execFileSync('find', [disk], { encoding: 'utf8' }), `${disk}\n${target}\n`);
        await around.restore(await stored(buildTar(ENTRIES), wrapping), { target });
        assertRestored(target, ENTRIES);
      });
    }
  });

  it('is refused with nothing changed in a folder that is read-only', async () => {
    chmodSync(around.target, 0o555);
    giveToNobody(folder(), around.target, join(around.target, 'mine'));
    const before = execFileSync('ls', ['-lAR', '--time-style=full-iso', around.target], { encoding: 'utf8' });
    await assert.rejects(
      asNobody(() => around.restore(archive, { overwrite: true })),
      { code: 'permission_denied', message: /EACCES|as it was/ },
    );
    assert.equal(execFileSync('ls', ['-lAR', '--time-style=full-iso', around.target], { encoding: 'utf8' }), before);
    chmodSync(around.target, 0o755);
    await asNobody(() => around.restore(archive, { overwrite: true }));
    assertRestored(around.target, ENTRIES);
    around.assertOutsideUntouched();
  });

  it('is refused with nothing changed on a file system that is read-only', async () => {
    await withSmallDisk(join(folder(), 'disk'), async (disk) => {
      execFileSync('mount', ['-o', 'remount,ro', disk]);
      for (const target of [disk, join(disk, 'new')]) {
        await assert.rejects(around.restore(archive, { target }), { code: 'permission_denied', message: /EROFS/ });
      }
      assert.equal(execFileSync('find', [disk], { encoding: 'utf8' }), `${disk}\n`);
      execFileSync('mount', ['-o', 'remount,rw', disk]);
      await around.restore(archive, { target: disk });
      assertRestored(disk, ENTRIES);
    });
  });

  it('leaves those who have a file open with what they opened', async () => {
    const open = openSync(join(around.target, 'mine'), 'r+');
    try {
      await around.restore(archive, { overwrite: true });
      const seen = Buffer.alloc(100);
      assert.equal(seen.toString('utf8', 0, readSync(open, seen, 0, 100, 0)), 'mine');
    } finally {
      closeSync(open);
    }
    assertRestored(around.target, ENTRIES);
    around.assertOutsideUntouched();
  });

  it('puts another program in the place of one that runs, which runs on', async () => {
    const program = join(around.target, 'program');
    copyFileSync('/bin/sleep', program);
    const child = spawn(program, ['60']);
    try {
      await once(child, 'spawn');
      const entries = [{ member: member('program', { mode: 0o755, size: 5 }), content: Buffer.from('#!/x\n') }];
      await around.restore(await stored(buildTar(entries), PLAIN), { overwrite: true });
      assertRestored(around.target, entries);
      assert.equal(child.exitCode, null);
      process.kill(child.pid ?? 0, 0);
    } finally {
      child.kill();
      await once(child, 'exit');
    }
  });

  it('takes nothing of a program that runs when it is refused', async () => {
    const program = join(around.target, 'program');
    copyFileSync('/bin/sleep', program);
    const child = spawn(program, ['60']);
    try {
      await once(child, 'spawn');
      const built = buildTar([file('a'), file('program')]);
      const cut = told((await stored(built, PLAIN)).bytes.subarray(0, -1), built, PLAIN);
      await assert.rejects(around.restore(cut, { overwrite: true }), { code: 'archive_corrupt' });
      assert.ok(readFileSync(program).equals(readFileSync('/bin/sleep')));
      assert.equal(child.exitCode, null);
    } finally {
      child.kill();
      await once(child, 'exit');
    }
  });
});

import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isKernelMount, isNetworkMount, mountOver, readMounts } from '../../../src/io/mounts.ts';
import { tempFolder } from '../../helpers/temp-folder.ts';

describe('the mounts of this machine', () => {
  const folder = tempFolder();

  it('are those of the kernel', () => {
    const mounts = readMounts();
    assert.equal(mountOver('/proc/1/status', mounts)?.type, 'proc');
    for (const path of ['/proc', '/sys/kernel', '/dev/pts/0', '/dev/null']) {
      const mount = mountOver(path, mounts);
      assert.ok(mount !== null && isKernelMount(mount), path);
    }
    const mount = mountOver(folder(), mounts);
    assert.ok(mount !== null && !isKernelMount(mount) && !isNetworkMount(mount));
  });

  it('are told by lines with names that have blanks, and the last at one place counts', () => {
    const file = join(folder(), 'mountinfo');
    const lines = [
      '26 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw',
      '40 26 0:44 / /mnt/my\\040disk rw shared:2 master:1 - nfs4 nas:/export rw',
      '41 26 0:45 / /mnt/x rw - ext4 /dev/sdb1 rw',
      '42 41 0:46 / /mnt/x rw - fuse.sshfs pi@nas:/ rw',
      'broken',
    ];
    writeFileSync(file, lines.join('\n'));
    const mounts = readMounts(file);
    const typeAt = (path: string): string | undefined => mountOver(path, mounts)?.type;
    assert.deepEqual(['/mnt/my disk/a', '/mnt/x', '/mnt/xy', '/'].map(typeAt), ['nfs4', 'fuse.sshfs', 'ext4', 'ext4']);
    assert.deepEqual(
      mounts.map((mount) => isNetworkMount(mount)),
      [false, true, false, true],
    );
    assert.deepEqual(readMounts(join(folder(), 'gone')), []);
  });
});

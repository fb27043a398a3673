import assert from 'node:assert/strict';
import { sizeNotes } from '../../../../src/archive/write/size-notes.ts';

describe('what is said of the size of a backup', () => {
  const notes = (bytes: number, total: number, type = 'ext4'): readonly string[] =>
    sizeNotes([{ path: '/mnt/nas/context', bytes }], total, [{ point: '/mnt/nas', type }]);

  it('is what is more than all the rest, and worth a word', () => {
    assert.match(notes(2_000_001, 4_000_000).join(), /^\/mnt\/nas\/context, .* holds 2\.0 MB, more than all the rest/);
    for (const [bytes, total] of [
      [2_000_000, 4_000_000],
      [1_000_000, 1_000_000],
      [0, 0],
    ] as const)
      assert.deepEqual(notes(bytes, total), []);
  });

  it('is what lies on the network', () => {
    for (const type of ['nfs', 'nfs4', 'cifs', 'smb3', 'fuse.sshfs', 'fuse.rclone', '9p'])
      assert.match(notes(5, 4_000_000, type).join(), /lies on the network .*mounted at \/mnt\/nas\); 5 bytes/);
    for (const type of ['btrfs', 'tmpfs', 'fuse.bindfs', 'fuseblk', 'overlay'])
      assert.deepEqual(notes(5, 4_000_000, type), []);
  });
});

import assert from 'node:assert/strict';
import { archiveName, backupOf, isBackupId, ownerOfArchive, slug } from '../../src/backup-names.ts';
import { BACKUP_ID } from '../helpers/records.ts';

const ID = BACKUP_ID;

describe('names of backups', () => {
  for (const [name, part] of [
    ['Nightly', 'nightly'],
    ['My  Backup: №1!', 'my-backup-1'],
    ['  ', 'backup'],
    ['日本', 'backup'],
    ['../../etc/passwd', 'etc-passwd'],
    ['a'.repeat(70), 'a'.repeat(64)],
    [`${'a'.repeat(63)} b`, 'a'.repeat(63)],
  ] as const) {
    it(`have ${part.slice(0, 20)} of ${JSON.stringify(name.slice(0, 20))}`, () => {
      assert.equal(slug(name), part);
      for (const compression of ['zstd', 'gzip', 'none'] as const) {
        for (const isProtected of [true, false]) {
          assert.equal(ownerOfArchive(archiveName(ID, name, { compression, protected: isProtected })), ID);
        }
      }
    });
  }

  it('tell whose a file is', () => {
    assert.ok(isBackupId(ID));
    assert.ok(!isBackupId(`${ID}\n`));
    assert.equal(backupOf(`${ID}.json`), ID);
    assert.equal(backupOf(`${ID}.x.tar.zst.age`), ID);
    for (const other of [`${ID}.tar.zst`, `${ID}.x.zip`, `x${ID}.json`, `${ID}.X.tar`, `.${ID}.json`, `${ID}.json~`]) {
      assert.equal(backupOf(other), null, other);
    }
  });
});

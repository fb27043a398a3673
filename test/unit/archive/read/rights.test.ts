import assert from 'node:assert/strict';
import { Rights } from '../../../../src/archive/read/rights.ts';
import { asNobody, IS_ROOT } from '../../../helpers/as-nobody.ts';
import { member } from '../../../helpers/built-archive.ts';

const failing = (code: string) => (): void => {
  throw Object.assign(new Error(code), { code });
};

describe('the owner and mode of what is restored', () => {
  const setuid = member('program', { mode: 0o4755, uid: 7, gid: 8 });

  it('are those of the backup when root restores and asks for setuid', () => {
    const given: number[] = [];
    const mode = new Rights(true).give(setuid, (uid, gid) => given.push(uid, gid));
    assert.deepEqual(given, IS_ROOT ? [7, 8] : []);
    assert.equal(mode, 0o4755);
  });

  it('lack setuid unless it is asked for', () => {
    assert.equal(
      new Rights(false).give(setuid, () => undefined),
      0o755,
    );
  });

  it('lack setuid where the owner cannot be given away', () => {
    for (const code of ['EPERM', 'EINVAL']) {
      assert.equal(new Rights(true).give(setuid, failing(code)), IS_ROOT ? 0o755 : 0o4755);
    }
  });

  it('stay with whoever restores and is not root', async () => {
    await asNobody(() => {
      assert.equal(new Rights(false).give(setuid, failing('EIO')), 0o755);
      return Promise.resolve();
    });
  });
});

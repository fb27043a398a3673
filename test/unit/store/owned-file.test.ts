import assert from 'node:assert/strict';
import { utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { UNKNOWN_OWNER_MS } from '../../../src/io/partial-name.ts';
import { formatIdentity, processIdentity, type ProcessIdentity } from '../../../src/io/process-identity.ts';
import { isOwnerGone } from '../../../src/store/owned-file.ts';
import { tempFolder } from '../../helpers/temp-folder.ts';

const NOW = 1_800_000_000_000;
const self = processIdentity();

describe('the owner of a file of the state', () => {
  const folder = tempFolder();

  function isGone(changes: Partial<ProcessIdentity> | string, ageMs = 0): Promise<boolean> {
    const path = join(folder(), 'file');
    writeFileSync(path, '');
    utimesSync(path, (NOW - ageMs) / 1000, (NOW - ageMs) / 1000);
    const owner = typeof changes === 'string' ? changes : formatIdentity({ ...self, ...changes });
    return isOwnerGone(path, owner, NOW);
  }

  it('is there while it lives, however old the file is', async () => {
    assert.equal(await isGone({}, 10 * UNKNOWN_OWNER_MS), false);
  });

  it('is gone when its process is, or its container was replaced', async () => {
    assert.equal(await isGone({ start: `${self.start}0` }), true);
    assert.equal(await isGone({ space: '1' }), true);
  });

  for (const [what, owner] of [
    ['on another machine', { boot: '00000000', machine: '00000000' }],
    ['of which nothing is known', 'somebody'],
  ] as const) {
    it(`${what} is gone after a day, and not before`, async () => {
      assert.equal(await isGone(owner, UNKNOWN_OWNER_MS - 1000), false);
      assert.equal(await isGone(owner, UNKNOWN_OWNER_MS), true);
    });
  }

  it('of a file that vanished meanwhile is not said to be gone', async () => {
    assert.equal(await isOwnerGone(join(folder(), 'nothing'), 'somebody', NOW), false);
  });
});

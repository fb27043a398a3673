import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { openStore } from '../../../src/store/open-store.ts';
import type { EngineStore } from '../../../src/store/open-store.ts';
import { FakeClock } from '../../helpers/fake-clock.ts';
import { BACKUP_ID } from '../../helpers/records.ts';
import { tempFolder } from '../../helpers/temp-folder.ts';

describe('what is known of made backups', () => {
  const temp = tempFolder();
  const made = {
    backupId: BACKUP_ID,
    size: 12_345,
    sha256: 'a'.repeat(64),
    manifestSha256: 'b'.repeat(64),
    planMark: null,
  };

  it('is kept, is shared by processes, and can be taken back', async () => {
    const open = (): Promise<EngineStore> =>
      openStore({ stateDir: temp(), clock: new FakeClock(), warn: () => undefined });
    const [one, two] = [await open(), await open()];
    const other = { ...made, backupId: '20261121T020000Z-00000001', size: 0, planMark: 'c0ffee0123456789' };
    await Promise.all([one.made.add(made), two.made.add(other)]);
    await writeFile(join(temp(), 'made', 'notes.txt'), '');
    assert.deepEqual(await one.made.all(), new Map([made, other].map((entry) => [entry.backupId, entry])));
    await two.made.remove(made);
    assert.deepEqual([...(await one.made.all()).values()], [other]);
  });
});

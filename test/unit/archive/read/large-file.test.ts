import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { verifyArchive } from '../../../../src/archive/read/verify-archive.ts';
import type { TaskProgress, VerifyTask } from '../../../../src/archive/tasks.ts';
import { BackupError } from '../../../../src/errors.ts';
import { BACKUP_ID, create, folderSource, quietContext, verify } from '../../../helpers/archives.ts';
import { tempFolder } from '../../../helpers/temp-folder.ts';

/** Large enough that the file is hashed by a thread of its own. */
const SIZE = 20_000_000;

describe('proving a large archive', function () {
  const folder = tempFolder();
  let path: string;

  beforeEach(() => {
    path = join(folder(), 'archive');
    writeFileSync(join(folder(), 'noise'), randomBytes(SIZE));
  });

  async function made(compression: 'zstd' | 'gzip'): Promise<NonNullable<VerifyTask['expected']>> {
    const sources = [folderSource(join(folder(), 'noise'))];
    const { size, sha256, files, bytes } = await create(path, { sources, compression });
    return { backupId: BACKUP_ID, size, sha256, files, bytes };
  }

  for (const compression of ['zstd', 'gzip'] as const) {
    it(`hashes the file and its stream as a small one (${compression})`, async () => {
      const expected = await made(compression);
      assert.deepEqual((await verify(path, { compression, expected })).problems, []);
      const other = { ...expected, sha256: '0'.repeat(64) };
      const { problems } = await verify(path, { compression, expected: other });
      assert.deepEqual(
        problems.map(({ message }) => message),
        ['The archive has not the sha256 that its sidecar says.'],
      );
    });
  }

  it('tells of progress that never falls, and reaches what there is', async () => {
    const expected = await made('zstd');
    const seen: TaskProgress[] = [];
    const context = { ...quietContext(), onProgress: (progress: TaskProgress) => void seen.push(progress) };
    await verifyArchive({ kind: 'verify', path, compression: 'zstd', keys: null, expected }, context);
    const bytes = seen.map((progress) => progress.bytes);
    assert.deepEqual(
      bytes,
      bytes.toSorted((a, b) => a - b),
    );
    assert.ok((bytes.at(-1) ?? 0) > SIZE * 1.5, JSON.stringify(bytes));
  });

  it('stops when it is canceled, with nothing left that runs', async () => {
    const expected = await made('zstd');
    const canceling = new AbortController();
    const onProgress = (): void => canceling.abort(new BackupError('canceled', 'enough'));
    const work = verifyArchive(
      { kind: 'verify', path, compression: 'zstd', keys: null, expected },
      { ...quietContext(canceling.signal), onProgress },
    );
    await assert.rejects(work, { code: 'canceled' });
  });
});

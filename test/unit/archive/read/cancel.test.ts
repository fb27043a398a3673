import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ArchiveTask, TaskProgress } from '../../../../src/archive/tasks.ts';
import { runArchiveTask } from '../../../../src/archive/run-archive-task.ts';
import { BackupError } from '../../../../src/errors.ts';
import type { Compression } from '../../../../src/model.ts';
import { BACKUP_ID, create, folderSource } from '../../../helpers/archives.ts';
import { tempFolder } from '../../../helpers/temp-folder.ts';

const SIZE = 192 * 1024 * 1024;
const COMPRESSIONS: readonly Compression[] = ['zstd', 'gzip', 'none'];

describe('verify and restore of one large file', function () {
  const folder = tempFolder();

  async function made(compression: Compression): Promise<string> {
    const root = join(folder(), 'root');
    mkdirSync(root);
    writeFileSync(join(root, 'large'), 'x');
    truncateSync(join(root, 'large'), SIZE);
    const path = join(folder(), 'archive');
    await create(path, { sources: [folderSource(root)], compression });
    return path;
  }

  const tasks = (path: string, compression: Compression): readonly ArchiveTask[] => [
    { kind: 'verify', path, compression, keys: null, expected: null },
    {
      kind: 'restore',
      path,
      compression,
      keys: null,
      backupId: BACKUP_ID,
      target: join(folder(), 'target'),
      paths: null,
      overwrite: false,
      keepSetuid: false,
    },
  ];

  for (const compression of COMPRESSIONS) {
    it(`can be canceled in the middle of it, and leave nothing (${compression})`, async () => {
      const path = await made(compression);
      for (const task of tasks(path, compression)) {
        const canceling = new AbortController();
        const told: TaskProgress[] = [];
        const onProgress = (progress: TaskProgress): void => {
          told.push(progress);
          canceling.abort(new BackupError('canceled', 'by the test'));
        };
        const running = runArchiveTask(task, { signal: canceling.signal, niceness: 0, onProgress });
        await assert.rejects(running, { code: 'canceled', message: 'by the test' }, task.kind);
        assert.ok((told.at(-1)?.bytes ?? SIZE) < SIZE / 2, `${task.kind}: ${JSON.stringify(told.at(-1))}`);
        assert.deepEqual(readdirSync(folder()).sort(), ['archive', 'root'], task.kind);
      }
    });
  }

  it('tells of its progress all the while', async () => {
    const path = await made('zstd');
    for (const task of tasks(path, 'zstd')) {
      const told: number[] = [];
      const onProgress = ({ bytes, total }: TaskProgress): void => {
        told.push(bytes / total);
      };
      await runArchiveTask(task, { signal: new AbortController().signal, niceness: 0, onProgress });
      assert.ok(told.length > 20, `${task.kind}: ${told.length}`);
      assert.deepEqual(
        told.toSorted((a, b) => a - b),
        told,
      );
      assert.ok(told.every((share) => share <= 1));
    }
  });
});

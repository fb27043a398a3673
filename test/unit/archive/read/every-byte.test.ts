import assert from 'node:assert/strict';
import { createHash, randomInt } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { VerifyTask } from '../../../../src/archive/tasks.ts';
import type { Compression } from '../../../../src/model.ts';
import { BACKUP_ID, create, folderSource, verify } from '../../../helpers/archives.ts';
import { isLongRun, recordFigure, tellProgress } from '../../../helpers/figures.ts';
import { tempFolder } from '../../../helpers/temp-folder.ts';

/** Bytes from one try to the next. Threads make zstd slow to open. */
const STEPS: Readonly<Record<Compression, number>> = { zstd: 61, gzip: 17, none: 97 };
const CUT_STEP = 64;

describe('a small archive', function () {
  this.timeout(3_600_000);
  const folder = tempFolder();

  async function made(
    compression: Compression,
  ): Promise<{ bytes: Buffer; proved: (bytes: Buffer) => Promise<boolean> }> {
    const root = join(folder(), 'root');
    mkdirSync(root);
    writeFileSync(join(root, 'text'), 'the quick brown fox\n'.repeat(20));
    const path = join(folder(), 'archive');
    const { files, bytes: size } = await create(path, { sources: [folderSource(root)], compression });
    const proved = async (bytes: Buffer): Promise<boolean> => {
      writeFileSync(path, bytes);
      // The sidecar says what the damaged file is.
      const sha256 = createHash('sha256').update(bytes).digest('hex');
      const expected: VerifyTask['expected'] = { backupId: BACKUP_ID, size: bytes.length, sha256, files, bytes: size };
      return (await verify(path, { compression, expected })).problems.length === 0;
    };
    return { bytes: readFileSync(path), proved };
  }

  for (const compression of ['zstd', 'gzip', 'none'] as const) {
    it(`is proved only as it was made, whatever byte of it is another (${compression})`, async () => {
      const { bytes, proved } = await made(compression);
      assert.ok(await proved(bytes));
      const step = isLongRun ? 1 : STEPS[compression];
      const missed: number[] = [];
      let tried = 0;
      for (let at = randomInt(step); at < bytes.length; at += step) {
        tellProgress(`byte ${String(at)} of ${String(bytes.length)}`);
        const damaged = Buffer.from(bytes);
        damaged[at] = (damaged[at] ?? 0) ^ (1 << (at % 8));
        if (await proved(damaged)) missed.push(at);
        tried += 1;
      }
      assert.deepEqual(missed, []);
      recordFigure(`verify with a damaged byte (${compression}): places tried, all found`, tried);
    });

    it(`is proved only whole, wherever it is cut (${compression})`, async () => {
      const { bytes, proved } = await made(compression);
      const missed: number[] = [];
      for (let length = 0; length < bytes.length; length += CUT_STEP) {
        tellProgress(`cut at ${String(length)} of ${String(bytes.length)}`);
        if (await proved(bytes.subarray(0, length))) missed.push(length);
      }
      assert.deepEqual(missed, []);
    });
  }
});

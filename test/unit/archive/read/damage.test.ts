import assert from 'node:assert/strict';
import { createHash, randomInt } from 'node:crypto';
import { mkdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { VerifyTask } from '../../../../src/archive/tasks.ts';
import type { Compression } from '../../../../src/model.ts';
import { BACKUP_ID, create, folderSource, verify } from '../../../helpers/archives.ts';
import { isLongRun, recordFigure, tellProgress } from '../../../helpers/figures.ts';
import { tempFolder } from '../../../helpers/temp-folder.ts';

const FLIPS = isLongRun ? 1000 : 60;

describe('a damaged archive', function () {
  this.timeout(3_600_000);
  const folder = tempFolder();

  async function made(
    compression: Compression,
  ): Promise<{ path: string; bytes: Buffer; expected: VerifyTask['expected'] }> {
    const root = join(folder(), 'root');
    mkdirSync(join(root, 'sub'), { recursive: true });
    writeFileSync(join(root, 'text'), 'the quick brown fox\n'.repeat(400));
    writeFileSync(join(root, 'sub', 'noise'), createHash('sha512').update('seed').digest());
    const path = join(folder(), 'archive');
    const { size, sha256, files, bytes } = await create(path, { sources: [folderSource(root)], compression });
    return { path, bytes: readFileSync(path), expected: { backupId: BACKUP_ID, size, sha256, files, bytes } };
  }

  /** As somebody would who damaged both: the sidecar says what the file now is. */
  function forged(expected: VerifyTask['expected'], bytes: Buffer): VerifyTask['expected'] {
    assert.ok(expected !== null);
    return { ...expected, size: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex') };
  }

  for (const compression of ['zstd', 'gzip', 'none'] as const) {
    it(`is found wherever a bit is flipped, also with size and sha256 rewritten to match (${compression})`, async () => {
      const { path, bytes, expected } = await made(compression);
      assert.deepEqual((await verify(path, { compression, expected })).problems, []);
      const missed: string[] = [];
      for (let i = 0; i < FLIPS; i++) {
        tellProgress(`flip ${String(i + 1)} of ${String(FLIPS)}`);
        const at = randomInt(bytes.length);
        const bit = randomInt(8);
        const damaged = Buffer.from(bytes);
        damaged[at] = (damaged[at] ?? 0) ^ (1 << bit);
        writeFileSync(path, damaged);
        const { problems } = await verify(path, { compression, expected: forged(expected, damaged) });
        if (problems.length === 0) missed.push(`bit ${String(bit)} of byte ${String(at)}`);
      }
      assert.deepEqual(missed, []);
      recordFigure(
        `bits flipped in an archive, sidecar rewritten to match (${compression})`,
        `${String(FLIPS)} of ${String(FLIPS)} found`,
      );
    });

    it(`is found wherever it is cut off (${compression})`, async () => {
      const { path, bytes, expected } = await made(compression);
      const missed: number[] = [];
      for (let length = bytes.length - 1; length >= 0; length -= Math.ceil(bytes.length / FLIPS)) {
        tellProgress(`cut at ${String(length)} of ${String(bytes.length)}`);
        writeFileSync(path, bytes);
        truncateSync(path, length);
        const cut = bytes.subarray(0, length);
        const { problems } = await verify(path, { compression, expected: forged(expected, cut) });
        if (problems.length === 0) missed.push(length);
      }
      assert.deepEqual(missed, []);
    });
  }

  it('names the member that lies in the damaged part', async () => {
    const { path, bytes } = await made('zstd');
    const table = bytes.subarray(-9).readUInt32LE(0) * 8 + 17;
    const firstFrame = bytes.readUInt32LE(bytes.length - table + 8);
    const damaged = Buffer.from(bytes);
    damaged[firstFrame + 40] = (damaged[firstFrame + 40] ?? 0) ^ 0xff;
    writeFileSync(path, damaged);
    const { problems } = await verify(path);
    assert.ok(
      problems.some(({ member }) => member === 'data/text'),
      JSON.stringify(problems),
    );
  });

  it('is found when it is that of another backup', async () => {
    const { path, expected } = await made('zstd');
    assert.ok(expected !== null);
    const { problems } = await verify(path, { expected: { ...expected, backupId: '20200101T000000Z-00000000' } });
    assert.match(problems[0]?.message ?? '', /another backup/);
  });
});

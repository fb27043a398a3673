import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readFileEntries } from '../../../../src/archive/read/file-entries.ts';
import type { TaskProblem, VerifyTask } from '../../../../src/archive/tasks.ts';
import type { Encryption, KeySet } from '../../../../src/backup-request.ts';
import type { Compression } from '../../../../src/model.ts';
import {
  IDENTITY,
  OTHER_IDENTITY,
  OTHER_RECIPIENT,
  PASSPHRASE,
  RECIPIENT,
  typePassphrase,
} from '../../../helpers/age.ts';
import {
  BACKUP_ID,
  create,
  createTask,
  folderSource,
  quietContext,
  restore,
  runArchiveTask,
  verify,
} from '../../../helpers/archives.ts';
import { isLongRun, recordFigure, tellProgress } from '../../../helpers/figures.ts';
import { tempFolder } from '../../../helpers/temp-folder.ts';

const TO_KEY: Encryption = { kind: 'recipients', recipients: [RECIPIENT] };
const TO_PASSPHRASE: Encryption = { kind: 'passphrase', passphrase: PASSPHRASE };
const WITH_KEY: KeySet = { identities: [IDENTITY], passphrases: [] };
const WITH_PASSPHRASE: KeySet = { identities: [], passphrases: [PASSPHRASE] };
const FLIPS = isLongRun ? 300 : 4;
const SEALED_CHUNK = 64 * 1024 + 16;
const COMPRESSIONS = ['zstd', 'gzip', 'none'] as const;
const DECOMPRESS: Readonly<Record<Compression, string>> = { zstd: 'zstd -dq', gzip: 'gzip -dc', none: 'cat' };

describe('a protected archive', function () {
  this.timeout(3_600_000);
  const folder = tempFolder();
  let path: string;
  let root: string;

  beforeEach(() => {
    path = join(folder(), 'archive.age');
    root = join(folder(), 'root');
    mkdirSync(join(root, 'sub'), { recursive: true });
    writeFileSync(join(root, 'text'), 'the quick brown fox\n'.repeat(4000));
    writeFileSync(join(root, 'sub', 'noise'), randomBytes(5_000_000));
    writeFileSync(join(root, 'sub', 'empty'), '');
  });

  const made = (encryption: Encryption, compression: Compression): ReturnType<typeof create> =>
    create(path, { sources: [folderSource(root)], encryption, compression });

  async function codes(keys: KeySet | null, changes: Partial<VerifyTask> = {}): Promise<TaskProblem['code'][]> {
    return (await verify(path, { keys, ...changes })).problems.map(({ code }) => code);
  }

  const same = (target: string): void => {
    execFileSync('diff', ['-r', '--no-dereference', root, join(target, 'data')]);
  };

  for (const compression of COMPRESSIONS) {
    it(`opens with age and tar, and gives what a restore gives (${compression})`, async () => {
      const { size, sha256, files } = await made(TO_KEY, compression);
      const bytes = readFileSync(path);
      assert.equal(size, bytes.length);
      assert.equal(sha256, createHash('sha256').update(bytes).digest('hex'));
      const keyFile = join(folder(), 'key.txt');
      writeFileSync(keyFile, `${IDENTITY}\n`);
      const stock = join(folder(), 'stock');
      mkdirSync(stock);
      execFileSync(
        'sh',
        ['-c', `set -e; age -d -i "${keyFile}" "${path}" | ${DECOMPRESS[compression]} | tar -x -C "${stock}"`],
        { stdio: 'pipe' },
      );
      same(stock);
      const ours = join(folder(), 'ours');
      assert.equal((await restore(path, ours, { compression, keys: WITH_KEY })).files, files);
      same(ours);
      const expected = { backupId: BACKUP_ID, size, sha256, files, bytes: 5_080_000 };
      assert.deepEqual(await codes(WITH_KEY, { compression, expected }), []);
    });

    it(`is whole when age has decrypted it (${compression})`, async () => {
      const { files } = await made(TO_KEY, compression);
      const keyFile = join(folder(), 'key.txt');
      writeFileSync(keyFile, `${IDENTITY}\n`);
      const plain = join(folder(), 'plain');
      execFileSync('age', ['-d', '-i', keyFile, '-o', plain, path]);
      assert.deepEqual(await verify(plain, { compression }), { problems: [], files, bytes: 5_080_000 });
    });

    it(`is read when stock age encrypted it (${compression})`, async () => {
      const plain = join(folder(), 'plain');
      await create(plain, { sources: [folderSource(root)], compression });
      execFileSync('age', ['-r', OTHER_RECIPIENT, '-r', RECIPIENT, '-o', path, plain]);
      assert.deepEqual(await codes(WITH_KEY, { compression }), []);
      const names: string[] = [];
      for await (const entry of readFileEntries({ path, compression, keys: WITH_KEY })) names.push(entry.path);
      assert.deepEqual(names, ['backup.json', 'data', 'data/sub', 'data/sub/empty', 'data/sub/noise', 'data/text']);
      await restore(path, join(folder(), 'ours'), { compression, keys: WITH_KEY });
      same(join(folder(), 'ours'));
    });

    it(`is found damaged wherever a bit of it is flipped, also with the sidecar rewritten to match (${compression})`, async () => {
      const { files } = await made(TO_KEY, compression);
      const bytes = readFileSync(path);
      const header = bytes.indexOf('\n---');
      // In the body of the header's only recipient this looks like a file for somebody else.
      const own = bytes.indexOf('\n', bytes.indexOf('-> X25519')) + 1;
      const places = [0, 12, own - 3, header + 6, header + 50, header + 60, bytes.length - 1, bytes.length - 17];
      for (let i = 0; i < FLIPS; i++) places.push(Math.floor((i / FLIPS) * bytes.length));
      for (const [i, at] of places.entries()) {
        tellProgress(`flip ${String(i + 1)} of ${String(places.length)}`);
        const damaged = Buffer.from(bytes);
        damaged[at] = (damaged[at] ?? 0) ^ 1;
        writeFileSync(path, damaged);
        const sha256 = createHash('sha256').update(damaged).digest('hex');
        const expected = { backupId: BACKUP_ID, size: damaged.length, sha256, files, bytes: 5_080_000 };
        const found = await codes(WITH_KEY, { compression, expected });
        const right = at === own - 3 ? ['archive_corrupt', 'key_incorrect'] : ['archive_corrupt'];
        assert.ok(found[0] !== undefined && right.includes(found[0]), `byte ${String(at)}: ${found.join(', ')}`);
        const target = join(folder(), 'never');
        await assert.rejects(restore(path, target, { compression, keys: WITH_KEY }));
        assert.ok(!existsSync(target), `byte ${String(at)} was restored`);
      }
      const figure = `${String(places.length)} of ${String(places.length)} found`;
      recordFigure(`bits flipped in an encrypted archive, sidecar rewritten to match (${compression})`, figure);
    });

    it(`is found damaged when chunks are missing, swapped, repeated or added (${compression})`, async () => {
      await made(TO_KEY, compression);
      const bytes = readFileSync(path);
      const start = bytes.indexOf('\n', bytes.indexOf('\n---') + 4) + 1 + 16;
      const chunk = (i: number): Buffer => bytes.subarray(start + i * SEALED_CHUNK, start + (i + 1) * SEALED_CHUNK);
      const count = Math.ceil((bytes.length - start) / SEALED_CHUNK);
      const all = Array.from({ length: count }, (_, i) => chunk(i));
      const [first = Buffer.alloc(0), second = Buffer.alloc(0), ...rest] = all;
      const head = bytes.subarray(0, start);
      const bad: Readonly<Record<string, readonly Buffer[]>> = {
        'no final chunk': all.slice(0, -1),
        'one chunk': [first],
        'no chunk': [],
        swapped: [second, first, ...rest],
        repeated: [first, first, ...rest],
        'one left out': [first, ...rest],
        'the last one twice': [...all, all.at(-1) ?? first],
        'something added': [...all, Buffer.alloc(40)],
        'a cut tag': [...all.slice(0, -1), (all.at(-1) ?? first).subarray(0, 10)],
      };
      for (const [what, chunks] of Object.entries(bad)) {
        writeFileSync(path, Buffer.concat([head, ...chunks]));
        assert.equal((await codes(WITH_KEY, { compression }))[0], 'archive_corrupt', what);
        await assert.rejects(restore(path, join(folder(), 'never'), { compression, keys: WITH_KEY }), {
          code: 'archive_corrupt',
        });
      }
      for (const length of [0, 5, 30, start - 16, start - 1, start, start + 15, start + 16]) {
        writeFileSync(path, bytes.subarray(0, length));
        assert.equal((await codes(WITH_KEY, { compression }))[0], 'archive_corrupt', `${String(length)} bytes`);
      }
    });
  }

  it('names the members in a damaged chunk, and proves the others', async () => {
    await made(TO_KEY, 'none');
    const bytes = readFileSync(path);
    const at = bytes.length - 120_000;
    bytes[at] = (bytes[at] ?? 0) ^ 1;
    writeFileSync(path, bytes);
    const { problems, files } = await verify(path, { keys: WITH_KEY, compression: 'none' });
    assert.deepEqual(
      problems.map(({ member }) => member),
      ['data/sub/noise', 'data/text'],
      JSON.stringify(problems),
    );
    assert.equal(files, 1);
  });

  it('opens with its passphrase, here and with age, and is read when age made it so', async () => {
    await made(TO_PASSPHRASE, 'none');
    const tar = join(folder(), 'x.tar');
    const opened = await typePassphrase(`age -d -o "${tar}" "${path}"`, PASSPHRASE);
    assert.equal(opened.code, 0, opened.text);
    assert.match(execFileSync('tar', ['-tf', tar]).toString(), /^data\/text$/m);
    await restore(path, join(folder(), 'ours'), { compression: 'none', keys: WITH_PASSPHRASE });
    same(join(folder(), 'ours'));
    path = join(folder(), 'of-age');
    const sealed = await typePassphrase(`age -p -o "${path}" "${tar}"`, PASSPHRASE);
    assert.equal(sealed.code, 0, sealed.text);
    assert.deepEqual(await codes(WITH_PASSPHRASE, { compression: 'none' }), []);
  });

  it('says which key it lacks, and then still whether the file is what the sidecar says', async () => {
    const { size, sha256, files, bytes } = await made(TO_KEY, 'zstd');
    const expected = { backupId: BACKUP_ID, size, sha256, files, bytes };
    const nothing = { identities: [], passphrases: [] };
    const others = { identities: [OTHER_IDENTITY], passphrases: ['x'] };
    assert.deepEqual(await codes(nothing, { expected }), ['key_missing']);
    assert.deepEqual(await codes(WITH_PASSPHRASE, { expected }), ['key_missing'], 'a passphrase is not what it wants');
    assert.deepEqual(await codes(others, { expected }), ['key_incorrect']);
    const changed = { ...expected, sha256: '0'.repeat(64) };
    assert.deepEqual(await codes(nothing, { expected: changed }), ['archive_corrupt', 'key_missing']);
    const both = { identities: [OTHER_IDENTITY, IDENTITY], passphrases: ['x'] };
    assert.deepEqual(await codes(both, { expected }), [], 'one that fits is enough');
    const target = join(folder(), 'never');
    await assert.rejects(restore(path, target, { keys: nothing }), { code: 'key_missing' });
    await assert.rejects(restore(path, target, { keys: others }), { code: 'key_incorrect' });
    path = join(folder(), 'passphrase');
    await made(TO_PASSPHRASE, 'zstd');
    assert.deepEqual(await codes(WITH_KEY), ['key_missing']);
    assert.deepEqual(await codes({ identities: [], passphrases: ['x'] }), ['key_incorrect']);
  });

  it('is refused when it is not encrypted at all, and when it is and should not be', async () => {
    await create(path, { sources: [folderSource(root)] });
    assert.deepEqual(await codes(WITH_KEY), ['archive_corrupt']);
    path = join(folder(), 'other');
    await made(TO_KEY, 'zstd');
    assert.deepEqual(await codes(null), ['archive_corrupt']);
  });

  it('is made, proved and restored in the thread of its own, and its keys are in no message', async () => {
    const seen: string[] = [];
    const context = { ...quietContext(), onProgress: (progress: unknown) => void seen.push(JSON.stringify(progress)) };
    const sources = [folderSource(root)];
    seen.push(JSON.stringify(await runArchiveTask(createTask(path, { sources, encryption: TO_PASSPHRASE }), context)));
    const task = { kind: 'verify', path, compression: 'zstd', expected: null } as const;
    const result = await runArchiveTask({ ...task, keys: WITH_PASSPHRASE }, context);
    assert.deepEqual(result.problems, []);
    const wrong = await runArchiveTask(
      { ...task, keys: { identities: [OTHER_IDENTITY], passphrases: ['hunter2'] } },
      context,
    );
    assert.deepEqual(wrong.problems[0]?.code, 'key_incorrect');
    seen.push(JSON.stringify([result, wrong]));
    assert.doesNotMatch(seen.join('\n'), /correct horse|hunter2|AGE-SECRET/i);
  });
});

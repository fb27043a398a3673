import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { linkSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  openEngine,
  type BackupRecord,
  type Compression,
  type Encryption,
  type Engine,
  type StoreAgent,
} from '../../../../src/index.ts';
import { IDENTITY, RECIPIENT } from '../../../helpers/age.ts';
import { isLongRun } from '../../../helpers/figures.ts';
import { memoryAgent } from '../../../helpers/memory-agent.ts';
import { tempFolder } from '../../../helpers/temp-folder.ts';

const { signal } = new AbortController();
const BIG = 5 * 1024 * 1024;
const FILES = ['big.bin', 'empty', 'small.txt', 'twin.txt'];
/** Of another location the whole archive is fetched for each. */
const FILES_FAR = isLongRun ? FILES : ['big.bin', 'twin.txt'];
const SEALED: Encryption = { kind: 'recipients', recipients: [RECIPIENT] };

describe('what is in a backup, as bytes', function () {
  const folder = tempFolder();
  let engine: Engine;
  let nas: StoreAgent;

  beforeEach(async () => {
    const source = join(folder(), 'source');
    mkdirSync(source);
    writeFileSync(join(source, 'big.bin'), randomBytes(BIG));
    writeFileSync(join(source, 'empty'), '');
    writeFileSync(join(source, 'small.txt'), 'small');
    linkSync(join(source, 'small.txt'), join(source, 'twin.txt'));
    const options = { instanceName: 'greenhouse', nodeRedVersion: null, localFolder: join(folder(), 'backups') };
    engine = await openEngine({ ...options, stateDir: join(folder(), 'state') });
    engine.keys.add({ identities: [IDENTITY], passphrases: [] });
    nas = memoryAgent('nas');
    engine.locations.register(nas);
  });
  afterEach(() => engine.close());

  async function backUp(compression: Compression, encryption: Encryption | null): Promise<BackupRecord> {
    const record = await engine.create({
      ...{ planId: 'plan', planName: 'plan', name: 'name', automatic: false, folder: join(folder(), 'backups') },
      sources: [{ kind: 'folder', label: 'data', path: join(folder(), 'source'), exclude: [] }],
      ...{ compression, encryption, excludeCaches: false, excludeIfPresent: [], unreadable: 'fail' },
      ...{ copyDatabases: true, keepDays: null, extra: {}, timeoutMs: null, whenBusy: 'wait', nodeId: null },
    }).result;
    const how = { nodeId: null, automatic: false, retryForMs: 0 };
    await engine.copy({ backupId: record.backup_id, from: null, agentId: 'nas', ...how }).result;
    return record;
  }
  async function bytesOf(record: BackupRecord, path: string | null, agentId = 'local'): Promise<Buffer> {
    const parts: Uint8Array[] = [];
    const request = { backupId: record.backup_id, agentId, path };
    for await (const part of engine.content(request, signal)) parts.push(part);
    return Buffer.concat(parts);
  }
  const inSource = (name: string): Buffer => readFileSync(join(folder(), 'source', name));

  for (const compression of ['zstd', 'gzip', 'none'] as const)
    for (const encryption of [null, SEALED])
      it(`is one file, wherever it lies: ${compression}, ${encryption === null ? 'open' : 'encrypted'}`, async () => {
        const record = await backUp(compression, encryption);
        for (const agentId of ['local', 'nas'])
          for (const name of agentId === 'local' ? FILES : FILES_FAR) {
            assert.deepEqual(await bytesOf(record, `data/${name}`, agentId), inSource(name), `${name} at ${agentId}`);
          }
      });

  it('is the archive decrypted, which is one as any that was never encrypted', async () => {
    const record = await backUp('zstd', SEALED);
    const bytes = await bytesOf(record, null, 'nas');
    const plain = await engine.receive({ fileName: 'x', size: bytes.length, content: toAsync(bytes) }).result.then(
      () => null,
      (error: unknown) => error as { code: string; message: string },
    );
    // It opens, and is found to be the same backup in other bytes.
    assert.match(plain?.message ?? '', /other bytes/);
  });

  it('is what an archive that is not encrypted is made of, to the byte', async () => {
    const record = await backUp('zstd', null);
    const sha256 = createHash('sha256')
      .update(await bytesOf(record, null))
      .digest('hex');
    assert.equal(sha256, record.sha256);
  });

  it('is refused for what is no file, and for what is not there', async () => {
    const record = await backUp('zstd', SEALED);
    await assert.rejects(bytesOf(record, 'data'), { code: 'invalid_request', message: /is no file/ });
    await assert.rejects(bytesOf(record, 'data/../data/small.txt'), {
      code: 'invalid_request',
      message: /nothing named/,
    });
    await assert.rejects(bytesOf({ ...record, backup_id: '20200101T000000Z-00000000' }, null), {
      code: 'backup_not_found',
    });
  });

  it('throws instead of ending when the file is damaged', async () => {
    const record = await backUp('none', null);
    const path = join(folder(), 'backups', record.file);
    const archive = readFileSync(path);
    const at = archive.indexOf(inSource('big.bin').subarray(4_500_000, 4_500_100));
    archive.writeUInt8(archive.readUInt8(at) ^ 1, at);
    writeFileSync(path, archive);
    await assert.rejects(bytesOf(record, 'data/big.bin'), { code: 'archive_corrupt', message: /big\.bin/ });
  });

  it('stops at once when nobody reads on', async () => {
    const record = await backUp('zstd', SEALED);
    for await (const part of engine.content({ backupId: record.backup_id, agentId: 'nas', path: null }, signal)) {
      assert.ok(part.length > 0);
      break;
    }
    assert.deepEqual(
      (await engine.retention.delete({ backupId: record.backup_id, agentIds: ['nas'], lastCopy: false }, signal))
        .removed,
      ['nas'],
    );
  });
});

async function* toAsync(bytes: Buffer): AsyncGenerator<Uint8Array> {
  await Promise.resolve();
  yield bytes;
}

import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { BackupAgent } from '../../../../src/agents/agent.ts';
import { createSftpAgent } from '../../../../src/agents/sftp/sftp.ts';
import { systemClock } from '../../../../src/clock.ts';
import { BackupError } from '../../../../src/errors.ts';
import {
  openEngine,
  type BackupRecord,
  type Compression,
  type Encryption,
  type Engine,
} from '../../../../src/index.ts';
import { IDENTITY, RECIPIENT } from '../../../helpers/age.ts';
import { CountedAgent } from '../../../helpers/counted-agent.ts';
import { memoryAgent } from '../../../helpers/memory-agent.ts';
import { MemoryStore } from '../../../helpers/memory-store.ts';
import { backupRequest, copyRequest } from '../../../helpers/requests.ts';
import { oneSshServer } from '../../../helpers/one-ssh-server.ts';
import { tempFolder } from '../../../helpers/temp-folder.ts';

const BIG = 24 * 1024 * 1024;
const SMALL = 10 * 1024;
/** A frame of noise, and a few blocks for all that leads to it: 0.43 % of an archive of 1 GiB. */
const MOST_FOR_ONE = 4.4 * 1024 * 1024;
const { signal } = new AbortController();

describe('reading a part of an archive elsewhere', function () {
  const folder = tempFolder();
  let engine: Engine;
  const server = oneSshServer();

  beforeEach(async () => {
    const source = join(folder(), 'source');
    mkdirSync(join(source, 'notes'), { recursive: true });
    writeFileSync(join(source, 'big.bin'), randomBytes(BIG));
    for (let n = 0; n < 20; n++) writeFileSync(join(source, 'notes', `${String(n)}.txt`), randomBytes(SMALL));
    writeFileSync(join(source, 'zebra.bin'), randomBytes(BIG));
    const options = { instanceName: 'greenhouse', nodeRedVersion: null, localFolder: join(folder(), 'backups') };
    engine = await openEngine({ ...options, stateDir: join(folder(), 'state') });
    engine.keys.add({ identities: [IDENTITY], passphrases: [] });
  });
  afterEach(() => engine.close());

  async function backUp(compression: Compression, encryption: Encryption | null): Promise<BackupRecord> {
    const sources = [{ kind: 'folder', label: 'data', path: join(folder(), 'source'), exclude: [] }] as const;
    const request = { sources, folder: join(folder(), 'backups'), compression, encryption, automatic: false };
    return engine.create(backupRequest({ ...request, unreadable: 'fail' })).result;
  }

  /** Only there: the folder in which it was made is not asked. */
  async function copyTo(agent: BackupAgent): Promise<CountedAgent> {
    const counted = new CountedAgent(agent);
    engine.locations.register(counted);
    await engine.copy(copyRequest(agent.id)).result;
    return counted;
  }

  async function restoreOne({ backup_id: backupId }: BackupRecord, agentId: string): Promise<void> {
    const target = join(folder(), 'restored');
    const request = { backupId, agentId, target, paths: ['data/notes/7.txt'], overwrite: false };
    const { files } = await engine.restore({ ...request, keepSetuid: false, nodeId: null }).result;
    assert.equal(files, 1);
    assert.deepEqual(readdirSync(join(target, 'data')), ['notes']);
    const read = (place: string): Buffer => readFileSync(join(folder(), place, 'notes/7.txt'));
    assert.deepEqual(read('restored/data'), read('source'));
  }

  async function pathsOf({ backup_id }: BackupRecord, agentId: string): Promise<string[]> {
    const paths: string[] = [];
    for await (const { path } of engine.files(backup_id, agentId, signal)) paths.push(path);
    return paths;
  }

  const kinds: readonly [string, Compression, Encryption | null][] = [
    ['an encrypted archive', 'zstd', { kind: 'recipients', recipients: [RECIPIENT] }],
    ['an archive', 'zstd', null],
    ['an encrypted archive that is not compressed', 'none', { kind: 'recipients', recipients: [RECIPIENT] }],
  ];
  for (const [what, compression, encryption] of kinds) {
    it(`fetches little of ${what} for its list of files, and one frame for one small file`, async () => {
      const record = await backUp(compression, encryption);
      const agent = await copyTo(memoryAgent('nas'));
      assert.equal((await pathsOf(record, 'nas')).length, 25);
      const listed = agent.bytes;
      assert.ok(listed > 0 && listed <= record.size * 0.02, `${String(listed)} bytes for the list`);
      agent.bytes = 0;
      await restoreOne(record, 'nas');
      assert.ok(agent.bytes > SMALL && agent.bytes <= MOST_FOR_ONE, `${String(agent.bytes)} bytes for a file`);
    });
  }

  it('does so over SFTP', async () => {
    const record = await backUp('zstd', { kind: 'recipients', recipients: [RECIPIENT] });
    const settings = server().settings(join(folder(), 'remote'));
    const id = { id: 'sftp', name: 'nas', instanceId: engine.instanceId };
    const agent = await copyTo(createSftpAgent({ ...id, settings, clock: systemClock }));
    assert.equal((await pathsOf(record, 'sftp')).length, 25);
    await restoreOne(record, 'sftp');
    assert.ok(agent.bytes <= MOST_FOR_ONE + record.size * 0.02, `${String(agent.bytes)} bytes for both`);
  });

  it('reads all of what has no table, or comes from a location that cannot send parts', async () => {
    const record = await backUp('gzip', null);
    const gzip = await copyTo(memoryAgent('nas'));
    await restoreOne(record, 'nas');
    assert.equal(gzip.bytes, record.size);
    const whole = memoryAgent('whole');
    Object.defineProperty(whole, 'abilities', { value: { range: false, resume: false, update: true } });
    const agent = await copyTo(whole);
    assert.equal((await pathsOf(record, 'whole')).length, 25);
    assert.equal(agent.bytes, record.size);
  });

  it('checks what it restores', async () => {
    const record = await backUp('none', null);
    const store = new MemoryStore();
    await copyTo(memoryAgent('nas', store));
    const bytes = store.files.get(record.file) ?? Buffer.alloc(0);
    const place = bytes.indexOf(readFileSync(join(folder(), 'source/notes/7.txt')));
    bytes.writeUInt8(bytes.readUInt8(place) ^ 1, place);
    const damaged = { code: 'archive_corrupt', message: /data\/notes\/7\.txt: its content is damaged/ };
    await assert.rejects(restoreOne(record, 'nas'), damaged);
    assert.deepEqual(readdirSync(folder()).includes('restored'), false);
  });

  it('fails as the location does, and says when it sends too little', async () => {
    const record = await backUp('zstd', null);
    const store = new MemoryStore();
    await copyTo(memoryAgent('nas', store));
    const gone = new BackupError('agent_unreachable', 'The line broke.', { temporary: true });
    let reads = 0;
    store.failOn = (call) => (call.startsWith('read ') && ++reads > 2 ? gone : null);
    await assert.rejects(restoreOne(record, 'nas'), { code: 'agent_unreachable', temporary: true });
    store.failOn = () => null;
    const whole = store.read.bind(store);
    store.read = (name, options) =>
      whole(name, { ...options, ...(options.range && { range: { start: options.range.start, length: 1 } }) });
    await assert.rejects(restoreOne(record, 'nas'), { code: 'agent_error', message: /sent fewer bytes/ });
    await assert.rejects(pathsOf(record, 'nas'), { code: 'agent_error' });
  });

  it('is canceled while it waits for the location', async () => {
    const record = await backUp('zstd', null);
    const store = new MemoryStore();
    await copyTo(memoryAgent('nas', store));
    store.read = () => new Promise(() => undefined);
    const agentId = 'nas';
    const target = join(folder(), 'restored');
    const request = { backupId: record.backup_id, agentId, target, paths: ['data/big.bin'], overwrite: false };
    const job = engine.restore({ ...request, keepSetuid: false, nodeId: null });
    await new Promise<void>((resolve) => {
      engine.events.subscribe(({ backup_stage }) => {
        if (backup_stage === 'extract') resolve();
      });
    });
    job.cancel();
    await assert.rejects(job.result, { code: 'canceled' });
  });
});

import assert from 'node:assert/strict';
import {
  cpSync,
  createReadStream,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  BackupError,
  openEngine,
  type BackupEvent,
  type BackupRecord,
  type Compression,
  type Encryption,
  type Engine,
  type ReceiveJob,
} from '../../../../src/index.ts';
import { IDENTITY, OTHER_IDENTITY, RECIPIENT } from '../../../helpers/age.ts';
import { withSmallDisk } from '../../../helpers/small-disk.ts';
import { tempFolder } from '../../../helpers/temp-folder.ts';

const { signal } = new AbortController();

describe('receiving a backup', function () {
  const folder = tempFolder();
  const engines: Engine[] = [];

  const open = async (name: string, backups = join(folder(), name, 'backups')): Promise<Engine> => {
    const options = { instanceName: name, nodeRedVersion: null, localFolder: backups };
    const engine = await openEngine({ ...options, stateDir: join(folder(), name, 'state') });
    engines.push(engine);
    return engine;
  };
  afterEach(async () => {
    for (const engine of engines.splice(0)) await engine.close();
  });

  /** What another machine has, with its backup, by how that is stored: each is made once. */
  let others: string;
  const records = new Map<string, BackupRecord>();
  before(() => {
    others = mkdtempSync(join(tmpdir(), 'nightkeep-others-'));
  });
  after(() => {
    rmSync(others, { recursive: true, force: true });
  });

  /** A backup that another machine made, as the file that somebody has of it. */
  async function made(compression: Compression = 'zstd', encryption: Encryption | null = null): Promise<Made> {
    const how = `${compression}-${String(encryption?.kind)}`;
    const record = records.get(how) ?? (await make(compression, encryption));
    if (!records.has(how)) cpSync(folder(), join(others, how), { recursive: true });
    else cpSync(join(others, how), folder(), { recursive: true });
    records.set(how, record);
    return { record, path: join(folder(), 'elsewhere', 'backups', record.file) };
  }

  async function make(compression: Compression, encryption: Encryption | null): Promise<BackupRecord> {
    const source = join(folder(), 'source');
    mkdirSync(join(source, 'notes'), { recursive: true });
    writeFileSync(join(source, 'notes', 'one.txt'), 'one\n'.repeat(50_000));
    writeFileSync(join(source, 'two.txt'), 'two');
    const engine = await open('elsewhere');
    const record = await engine.create({
      ...{ planId: 'plan', planName: 'plan', name: 'Nightly <b>', automatic: true, sources: [] },
      ...{ folder: join(folder(), 'elsewhere', 'backups'), compression, encryption, excludeCaches: false },
      ...{ excludeIfPresent: [], unreadable: 'fail', copyDatabases: true, keepDays: 3, extra: { why: 'test' } },
      ...{ timeoutMs: null, whenBusy: 'wait', nodeId: null },
      sources: [{ kind: 'folder', label: 'data', path: source, exclude: [] }],
    }).result;
    await engine.close();
    return record;
  }

  interface Made {
    readonly record: BackupRecord;
    readonly path: string;
  }

  const send = (engine: Engine, bytes: Buffer, fileName: string, size = bytes.length): ReceiveJob =>
    engine.receive({ fileName, size, content: chunksOf(bytes) });
  async function* chunksOf(bytes: Buffer): AsyncGenerator<Uint8Array> {
    await Promise.resolve();
    for (let at = 0; at < bytes.length; at += 10_000) yield bytes.subarray(at, at + 10_000);
  }
  const here = (): string => join(folder(), 'here', 'backups');
  const inFolder = (): string[] =>
    existsSync(here()) ? readdirSync(here()).filter((name) => name !== '.nightkeep.json') : [];
  const refused = async (job: ReceiveJob, code: string, text: RegExp): Promise<void> => {
    await assert.rejects(job.result, (error: unknown) => {
      assert.ok(error instanceof BackupError);
      assert.equal(error.code, code, error.message);
      assert.match(error.message, text);
      return true;
    });
    await assert.rejects(job.received.then(() => job.result));
  };
  const leftNothing = async (engine: Engine): Promise<void> => {
    assert.deepEqual(inFolder(), []);
    assert.deepEqual((await engine.locations.listAt('local', signal)).broken, []);
  };

  for (const compression of ['zstd', 'gzip', 'none'] as const)
    for (const encryption of [null, { kind: 'recipients', recipients: [RECIPIENT] }] as const)
      it(`takes one that is whole, checks it and lists it: ${compression}, ${encryption === null ? 'open' : 'encrypted'}`, async () => {
        const { record, path } = await made(compression, encryption);
        const engine = await open('here');
        engine.keys.add({ identities: [IDENTITY], passphrases: [] });
        const events: BackupEvent[] = [];
        engine.events.subscribe((event) => events.push(event));
        const content = createReadStream(path);
        // Whatever it is called by now, it gets its own name again.
        const job = engine.receive({ fileName: 'holiday (1).bin', size: record.size, content });
        await job.received;
        const got = await job.result;
        assert.deepEqual(got, { ...record, sources: got.sources, expires: null, contains_secrets: false });
        assert.deepEqual(got.sources, encryption === null ? record.sources : [{ label: 'data' }]);
        assert.deepEqual(inFolder().toSorted(), [`${record.backup_id}.json`, record.file].toSorted());
        assert.deepEqual(readFileSync(join(here(), record.file)), readFileSync(path));
        const stages = events.map((event) => event.backup_stage ?? event.event_type);
        assert.deepEqual([...new Set(stages)], ['receive_file', 'verify', 'completed']);
        assert.ok(events.every(({ manager_state }) => manager_state === 'receive_backup'));
        const { backups } = await engine.locations.list(signal);
        assert.equal(backups[0]?.agents['local']?.last_verified?.ok, true);
        assert.equal((await engine.verify(record.backup_id, 'local', null).result).ok, true);
      });

  it('takes an encrypted one that nobody here can open by its name, and says that it is unchecked', async () => {
    const { record, path } = await made('zstd', { kind: 'recipients', recipients: [RECIPIENT] });
    const engine = await open('here');
    engine.keys.add({ identities: [OTHER_IDENTITY], passphrases: [] });
    const got = await send(engine, readFileSync(path), record.file).result;
    assert.equal(got.backup_id, record.backup_id);
    assert.deepEqual(got.extra, { unchecked: true });
    assert.deepEqual([got.protected, got.sha256, got.instance_id], [true, record.sha256, 'unknown']);
    assert.equal((await engine.locations.list(signal)).backups[0]?.agents['local']?.last_verified, null);
    // Once the key is there it can be proved: nothing is held against it that was not known.
    engine.keys.add({ identities: [IDENTITY], passphrases: [] });
    assert.deepEqual((await engine.verify(record.backup_id, 'local', null).result).problems, []);
  });

  it('refuses an encrypted one that can be neither opened nor named', async () => {
    const { path } = await made('zstd', { kind: 'recipients', recipients: [RECIPIENT] });
    const engine = await open('here');
    await refused(
      send(engine, readFileSync(path), '../../20261120T020000Z-9f3ac1d2.age'),
      'invalid_request',
      /decrypted/,
    );
    await leftNothing(engine);
  });

  it('makes no path of the name: `../` goes nowhere', async () => {
    const { record, path } = await made();
    const engine = await open('here');
    const job = send(engine, readFileSync(path), '../../../evil/..\\nasty\u0000.tar.zst');
    const events: BackupEvent[] = [];
    engine.events.subscribe((event) => events.push(event));
    await job.result;
    assert.equal(events[0]?.name, 'nasty.tar.zst');
    assert.deepEqual(inFolder().toSorted(), [`${record.backup_id}.json`, record.file].toSorted());
    assert.deepEqual(readdirSync(folder()).toSorted(), ['elsewhere', 'here', 'source']);
  });

  for (const [what, spoil, code] of [
    ['is cut off', (bytes) => bytes.subarray(0, bytes.length - 1000), 'archive_corrupt'],
    [
      'has a changed byte',
      (bytes) => Buffer.from(bytes.map((byte, at) => (at === 600 ? byte ^ 1 : byte))),
      'archive_corrupt',
    ],
    ['is garbage', (bytes) => Buffer.alloc(bytes.length, 'garbage'), 'archive_corrupt'],
    ['has something behind its end', (bytes) => Buffer.concat([bytes, Buffer.from('more')]), 'archive_corrupt'],
    ['is one byte', () => Buffer.from('x'), 'archive_corrupt'],
    ['is empty', () => Buffer.alloc(0), 'invalid_request'],
  ] as readonly [string, (bytes: Buffer) => Buffer, string][])
    it(`refuses one that ${what}, and leaves nothing of it`, async () => {
      const { record, path } = await made();
      const engine = await open('here');
      await refused(send(engine, spoil(readFileSync(path)), record.file), code, /./);
      await leftNothing(engine);
    });

  it('refuses a sidecar, and says what to choose', async () => {
    const { record } = await made();
    const engine = await open('here');
    await refused(send(engine, Buffer.from('{}'), `${record.backup_id}.json`), 'invalid_request', /Choose the archive/);
    await leftNothing(engine);
  });

  it('refuses one that is there already, and leaves that as it is', async () => {
    const { record, path } = await made();
    const engine = await open('here');
    await send(engine, readFileSync(path), record.file).result;
    const before = inFolder();
    await refused(send(engine, readFileSync(path), record.file), 'target_exists', /already/);
    assert.deepEqual(inFolder(), before);
    assert.equal((await engine.verify(record.backup_id, 'local', null).result).ok, true);
  });

  it('refuses other bytes than those of the backup that was made here', async () => {
    const { record, path } = await made('zstd', { kind: 'recipients', recipients: [RECIPIENT] });
    const maker = await open('elsewhere');
    maker.keys.add({ identities: [IDENTITY], passphrases: [] });
    const place = { backupId: record.backup_id, agentId: 'local' };
    const parts: Uint8Array[] = [];
    for await (const part of maker.content({ ...place, path: null }, signal)) parts.push(part);
    const original = readFileSync(path);
    await maker.retention.delete({ backupId: record.backup_id, agentIds: ['local'], lastCopy: true }, signal);
    await refused(
      send(maker, Buffer.concat(parts), 'x.tar.zst'),
      'archive_corrupt',
      /was made here and has other bytes/,
    );
    assert.equal((await send(maker, original, record.file).result).sha256, record.sha256);
  });

  it('ends when less comes than was announced, or more', async () => {
    const { record, path } = await made();
    const engine = await open('here');
    const bytes = readFileSync(path);
    await refused(send(engine, bytes, record.file, bytes.length + 1), 'upload_failed', /only/);
    await refused(send(engine, bytes, record.file, bytes.length - 1), 'upload_failed', /more than/);
    await leftNothing(engine);
  });

  it('ends when who sends goes away, and the next one is taken', async () => {
    const { record, path } = await made();
    const engine = await open('here');
    async function* cutOff(): AsyncGenerator<Uint8Array> {
      yield readFileSync(path).subarray(0, 5000);
      await Promise.resolve();
      throw Object.assign(new Error('aborted'), { code: 'ECONNRESET' });
    }
    const job = engine.receive({ fileName: record.file, size: record.size, content: cutOff() });
    await refused(job, 'upload_failed', /connection was lost/);
    await leftNothing(engine);
    await send(engine, readFileSync(path), record.file).result;
  });

  it('lets who was cut off come again at once: it waits until nothing is left of the first try', async () => {
    const { record, path } = await made();
    const engine = await open('here');
    const content = { [Symbol.asyncIterator]: () => ({ next: () => new Promise<never>(() => {}) }) };
    const cut = engine.receive({ fileName: record.file, size: record.size, content });
    await new Promise<void>((resolve) => {
      engine.events.subscribe(({ backup_stage }) => {
        if (backup_stage === 'receive_file') resolve();
      });
    });
    cut.cancel();
    const again = send(engine, readFileSync(path), record.file);
    await refused(cut, 'canceled', /canceled/);
    assert.equal((await again.result).backup_id, record.backup_id);
    assert.deepEqual(inFolder().toSorted(), [`${record.backup_id}.json`, record.file].toSorted());
  });

  it('can be canceled while nothing comes', async () => {
    const { record } = await made();
    const engine = await open('here');
    const content = { [Symbol.asyncIterator]: () => ({ next: () => new Promise<never>(() => {}) }) };
    const job = engine.receive({ fileName: record.file, size: 1000, content });
    await new Promise<void>((resolve) => {
      engine.events.subscribe(({ backup_stage }) => {
        if (backup_stage === 'receive_file') resolve();
      });
    });
    assert.equal(engine.status().manager_state, 'receive_backup');
    job.cancel();
    await refused(job, 'canceled', /canceled/);
    await leftNothing(engine);
    assert.equal(engine.status().manager_state, 'idle');
  });

  it('refuses a second one meanwhile, which harms the first in nothing', async () => {
    const { record, path } = await made();
    const engine = await open('here');
    const first = send(engine, readFileSync(path), record.file);
    await refused(send(engine, readFileSync(path), record.file), 'busy', /when that is over/);
    assert.equal((await first.result).backup_id, record.backup_id);
  });

  it('refuses one that has no room, before anything comes', async () => {
    const { record, path } = await made();
    await withSmallDisk(join(folder(), 'small'), async (disk) => {
      const engine = await open('here', join(disk, 'backups'));
      await refused(send(engine, readFileSync(path), record.file), 'no_space', /free/);
      assert.deepEqual(
        readdirSync(join(disk, 'backups')).filter((name) => !name.startsWith('.nightkeep.')),
        [],
      );
      await engine.close();
    });
  });
});

import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { createSftpAgent } from '../../../../src/agents/sftp/sftp.ts';
import type { BackupAgent } from '../../../../src/agents/agent.ts';
import { systemClock } from '../../../../src/clock.ts';
import type { BackupRecord } from '../../../../src/model.ts';
import type { Quirks } from '../../../helpers/odd-ssh-server/quirks.ts';
import { OddSshServer } from '../../../helpers/odd-ssh-server/odd-ssh-server.ts';
import { BACKUP_ID, recordOf } from '../../../helpers/records.ts';

const CONTENT = randomBytes(1_500_000);
const instanceId = '6f9619ff8b86d011b42d00c04fc964ff';

/** Besides those that the whole contract is tested on, in the stage for stores. */
const FURTHER: Readonly<Record<string, Quirks>> = {
  'called OpenSSH, that takes 32 KiB alone': { ident: 'OpenSSH_9.9', packetBytes: 32 * 1024, onLargePacket: 'ignore' },
  'called dropbear, that ends the connection at 34,000 bytes': {
    ident: 'dropbear_2022.83',
    packetBytes: 34_000,
    onLargePacket: 'drop',
  },
  'that says it takes 16 KiB': { packetBytes: 17_000, onLargePacket: 'ignore', limits: [17_000, 16_384, 16_384, 5] },
  'that says it takes large writes in small packets': {
    packetBytes: 34_000,
    onLargePacket: 'drop',
    limits: [34_000, 261_120, 261_120, 0],
  },
  'that says it takes anything': { limits: [0, 0, 0, 0] },
  'that gives 3,000 bytes at a time': { ident: 'odd', readBytes: 3000 },
  'that lists names alone and knows no LSTAT': {
    ident: 'odd',
    listsNamesAlone: true,
    longNames: 'none',
    lacks: ['LSTAT'],
  },
  'that gives only sizes, in the lines of Windows': { ident: 'odd', attributes: 'only-size', longNames: 'windows' },
  'that calls a missing file a failure': { ident: 'odd', missingIsFailure: true },
  'that keeps two handles open and answers out of order': { ident: 'odd', handles: 2, shuffled: true },
  'that renames no open file and answers out of order': { ident: 'odd', locksOpenFiles: true, shuffled: true },
  'with neither REALPATH nor posix-rename': {
    ident: 'odd',
    lacks: ['REALPATH', 'posix-rename'],
    renameOver: 'refused',
  },
};

describe('an SFTP server', function () {
  const signal = new AbortController().signal;
  let server: OddSshServer;
  let agent: BackupAgent;

  async function begin(quirks: Quirks): Promise<void> {
    server = await OddSshServer.start(quirks);
    const settings = server.settings('place/deep');
    agent = createSftpAgent({ id: 'nas', name: 'nas', settings, clock: systemClock, instanceId });
  }
  afterEach(async () => {
    await agent.close();
    await server.stop();
  });

  const place = (): string => join(server.home, 'place/deep');
  async function upload(changes: Partial<BackupRecord> = {}): Promise<BackupRecord> {
    const record = recordOf(CONTENT, changes);
    const open = (): Promise<Readable> => Promise.resolve(Readable.from([CONTENT]));
    await agent.upload(record, open, { signal, onProgress: () => undefined });
    return record;
  }

  for (const [name, quirks] of Object.entries(FURTHER)) {
    it(`${name} keeps a backup and gives it back`, async () => {
      await begin(quirks);
      const record = await upload();
      assert.ok(readFileSync(join(place(), record.file)).equals(CONTENT), 'what lies there');
      assert.deepEqual(await agent.list({ signal }), { records: [record], broken: [] });
      assert.ok((await buffer(await agent.download(BACKUP_ID, { signal }))).equals(CONTENT), 'what comes back');
      const part = await buffer(await agent.download(BACKUP_ID, { signal, range: { start: 70_001, length: 100_000 } }));
      assert.ok(part.equals(CONTENT.subarray(70_001, 170_001)), 'a part of it');
      await agent.updateRecord(BACKUP_ID, { pinned: true }, { signal });
      assert.equal((await agent.get(BACKUP_ID, { signal })).pinned, true);
      const report = await agent.check({ signal });
      assert.ok(report.ok, JSON.stringify(report));
      await agent.delete(BACKUP_ID, { signal });
      assert.deepEqual(readdirSync(place()), ['.nightkeep.json']);
    });
  }

  for (const attributes of ['no-type', 'only-size'] as const) {
    it(`that gives ${attributes} in its attributes: a folder with a backup's name harms nothing`, async () => {
      await begin({ ident: 'odd', attributes, longNames: 'none' });
      const record = await upload();
      mkdirSync(join(place(), '20261101T020000Z-00000001.json'));
      mkdirSync(join(place(), '20261102T020000Z-00000002.x.tar.zst'));
      symlinkSync('/nowhere', join(place(), '20261103T020000Z-00000003.json'));
      writeFileSync(join(place(), 'photo.jpg'), 'x');
      assert.deepEqual((await agent.list({ signal })).records, [record]);
    });
  }

  it('keeps the old record when a rename over it fails halfway', async () => {
    await begin({ ident: 'odd', lacks: ['posix-rename'], renameOver: 'refused', failsRenameTo: `${BACKUP_ID}.json` });
    server.quirk({ failsRenameTo: null });
    const record = await upload();
    server.quirk({ failsRenameTo: `${BACKUP_ID}.json` });
    await assert.rejects(agent.updateRecord(BACKUP_ID, { pinned: true }, { signal }), { code: 'agent_error' });
    server.quirk({ failsRenameTo: null });
    assert.deepEqual((await agent.list({ signal })).records, [record]);
  });

  it('that says only at the end that it could not write: the upload has failed', async () => {
    await begin({ ident: 'odd', failsClose: true });
    await assert.rejects(upload(), { code: 'agent_error' });
    server.quirk({ failsClose: false });
    assert.deepEqual(await agent.list({ signal }), { records: [], broken: [] });
  });

  it('that tells no sizes: says what is wrong with it', async () => {
    await begin({ ident: 'odd', attributes: 'none' });
    await assert.rejects(upload(), { code: 'agent_error', message: /how large|undefined bytes/ });
  });

  it('lists while an upload is under way, though it keeps one handle open', async () => {
    await begin({ ident: 'odd', handles: 1 });
    const record = await upload();
    const other = recordOf(CONTENT, { backup_id: '20261121T020000Z-00000001' });
    let halfway: unknown = null;
    const open = (): Promise<Readable> =>
      Promise.resolve(
        Readable.from(
          (async function* () {
            yield CONTENT.subarray(0, 1_000_000);
            halfway = (await agent.list({ signal })).records;
            yield CONTENT.subarray(1_000_000);
          })(),
        ),
      );
    await agent.upload(other, open, { signal, onProgress: () => undefined });
    assert.deepEqual(halfway, [record]);
  });
});

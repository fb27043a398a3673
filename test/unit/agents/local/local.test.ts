import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdir, readdir, rm, stat, symlink, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createLocalAgent } from '../../../../src/agents/local/local.ts';
import type { LocalAgent } from '../../../../src/agents/local/local.ts';
import { BackupError } from '../../../../src/errors.ts';
import { PARTIAL_PREFIX, UNKNOWN_OWNER_MS } from '../../../../src/io/partial-name.ts';
import { formatIdentity, processIdentity } from '../../../../src/io/process-identity.ts';
import type { ProcessIdentity } from '../../../../src/io/process-identity.ts';
import { FakeClock } from '../../../helpers/fake-clock.ts';
import { recordFileCalls } from '../../../helpers/record-fs.ts';
import { BACKUP_ID, recordOf } from '../../../helpers/records.ts';
import { tempFolder } from '../../../helpers/temp-folder.ts';

const { signal } = new AbortController();
const content = Buffer.from('an archive');
const record = recordOf(content);
const instanceId = '6f9619ff8b86d011b42d00c04fc964ff';

describe('the agent of a folder', () => {
  const temp = tempFolder();
  let folder: string;
  let clock: FakeClock;
  let agent: LocalAgent;

  const make = (place: string): LocalAgent =>
    createLocalAgent({ id: 'local', name: 'here', folder: place, clock, instanceId });

  beforeEach(() => {
    clock = new FakeClock();
    folder = join(temp(), 'a', 'backups');
    agent = make(folder);
  });
  afterEach(() => agent.close());

  const partials = async (): Promise<string[]> =>
    (await readdir(folder)).filter((name) => name.startsWith(PARTIAL_PREFIX));

  it('lists nothing, and makes nothing, where there is no folder', async () => {
    assert.deepEqual(await agent.list({ signal }), { records: [], broken: [] });
    await assert.rejects(stat(folder), { code: 'ENOENT' });
  });

  it('makes the folder, the archive and the sidecar for its user alone', async () => {
    const place = await agent.beginBackup({ signal });
    await writeFile(place.path, content, { mode: 0o600 });
    await place.commit(record);
    const modes = new Map<string, number>();
    for (const name of ['', record.file, `${BACKUP_ID}.json`, '.nightkeep.json']) {
      modes.set(name, (await stat(join(folder, name))).mode & 0o777);
    }
    assert.deepEqual([...modes.values()], [0o700, 0o600, 0o600, 0o600]);
    assert.equal(agent.archivePath(record), join(folder, record.file));
  });

  it('keeps the mode of a folder that is there', async () => {
    await mkdir(folder, { recursive: true, mode: 0o755 });
    await (await agent.beginBackup({ signal })).discard();
    assert.equal((await stat(folder)).mode & 0o777, 0o755);
  });

  it('commits in an order that a power cut cannot turn into half a backup', async () => {
    const place = await agent.beginBackup({ signal });
    await writeFile(place.path, content);
    const names = new Map<string, string>([[place.path.slice(folder.length + 1), 'archive~']]);
    const recording = recordFileCalls(
      (name) => names.get(name) ?? (name.startsWith(PARTIAL_PREFIX) ? 'sidecar~' : name),
    );
    try {
      await place.commit(record);
    } finally {
      recording.stop();
    }
    assert.deepEqual(recording.calls, [
      'write sidecar~',
      'fsync sidecar~',
      'close sidecar~',
      `rename archive~ ${record.file}`,
      'fsync backups',
      'close backups',
      `rename sidecar~ ${BACKUP_ID}.json`,
      'fsync backups',
      'close backups',
    ]);
  });

  it('deletes the sidecar for good before it touches the archive', async () => {
    const place = await agent.beginBackup({ signal });
    await writeFile(place.path, content);
    await place.commit(record);
    const recording = recordFileCalls((name) => name);
    try {
      await agent.delete(BACKUP_ID, { signal });
    } finally {
      recording.stop();
    }
    assert.deepEqual(recording.calls, [
      `remove ${BACKUP_ID}.json`,
      'fsync backups',
      'close backups',
      `remove ${record.file}`,
      'fsync backups',
      'close backups',
    ]);
  });

  it('leaves nothing of a backup that is discarded, its list of members included', async () => {
    const place = await agent.beginBackup({ signal });
    await writeFile(place.path, content);
    await writeFile(`${place.path}.manifest`, 'x');
    await place.discard();
    assert.deepEqual(await readdir(folder), ['.nightkeep.json']);
  });

  it('leaves nothing of a backup whose archive is not on disk as it was written', async () => {
    const place = await agent.beginBackup({ signal });
    await writeFile(place.path, 'short');
    await assert.rejects(place.commit(record), { code: 'archive_failed' });
    assert.deepEqual(await readdir(folder), ['.nightkeep.json']);
  });

  it('leaves nothing of a backup whose sidecar cannot get its name', async () => {
    const place = await agent.beginBackup({ signal });
    await writeFile(place.path, content);
    await mkdir(join(folder, `${BACKUP_ID}.json`));
    await assert.rejects(place.commit(record), { code: 'agent_error' });
    assert.deepEqual((await readdir(folder)).sort(), ['.nightkeep.json', `${BACKUP_ID}.json`]);
  });

  it('makes the folder again when it was removed since', async () => {
    await (await agent.beginBackup({ signal })).discard();
    await rm(folder, { recursive: true });
    const place = await agent.beginBackup({ signal });
    await writeFile(place.path, content);
    await place.commit(record);
    assert.deepEqual((await agent.list({ signal })).records, [record]);
  });

  it('keeps the id of the location', async () => {
    await (await agent.beginBackup({ signal })).discard();
    const location = join(folder, '.nightkeep.json');
    const before = await stat(location);
    await (await make(folder).beginBackup({ signal })).discard();
    assert.equal((await stat(location)).ino, before.ino);
    await writeFile(location, 'broken');
    await (await make(folder).beginBackup({ signal })).discard();
    assert.notEqual((await stat(location)).size, 6);
  });

  it('says what is wrong when the folder is a file', async () => {
    await mkdir(join(temp(), 'a'));
    await writeFile(folder, '');
    await assert.rejects(agent.beginBackup({ signal }), { code: 'invalid_request' });
    await assert.rejects(agent.list({ signal }), { code: 'invalid_request' });
  });

  it('does not follow a link, enter a folder or wait for a FIFO in place of a sidecar', async () => {
    await mkdir(folder, { recursive: true });
    await writeFile(join(temp(), 'elsewhere.json'), JSON.stringify(record));
    await writeFile(join(folder, record.file), content);
    await symlink(join(temp(), 'elsewhere.json'), join(folder, `${BACKUP_ID}.json`));
    await mkdir(join(folder, '20250101T000000Z-00000000.json'));
    execFileSync('mkfifo', [join(folder, '20250101T000001Z-00000000.json')]);
    const { records, broken } = await agent.list({ signal });
    assert.deepEqual(records, []);
    assert.deepEqual(
      broken.map(({ reason }) => reason),
      ['sidecar_missing'],
    );
    for (const id of [BACKUP_ID, '20250101T000000Z-00000000', '20250101T000001Z-00000000']) {
      await assert.rejects(agent.get(id, { signal }), (error) => error instanceof BackupError);
    }
  });

  describe('with leftovers', () => {
    const self = processIdentity();
    const dead: ProcessIdentity = { ...self, start: `${self.start}1` };
    const foreign: ProcessIdentity = { ...self, machine: 'ffffffff', boot: 'ffffffff' };
    const hidden: ProcessIdentity = { ...self, space: '1' };
    const nameOf = (owner: ProcessIdentity): string =>
      `${PARTIAL_PREFIX}00000000~${formatIdentity(owner)}~0123456789ab`;

    const leave = async (name: string, ageMs: number): Promise<void> => {
      await writeFile(join(folder, name), 'x');
      const at = (clock.now() - ageMs) / 1000;
      await utimes(join(folder, name), at, at);
    };

    for (const [owner, who, ageMs, stays] of [
      [dead, 'a dead process', 0, false],
      [self, 'this process', 10 * UNKNOWN_OWNER_MS, true],
      [{ ...self, pid: 1, start: '' }, 'nobody that can be told', 0, true],
      [foreign, 'another machine, of today', UNKNOWN_OWNER_MS - 2000, true],
      [foreign, 'another machine, of yesterday', UNKNOWN_OWNER_MS, false],
      [hidden, 'another container, of today', UNKNOWN_OWNER_MS - 2000, true],
      [hidden, 'another container, of yesterday', UNKNOWN_OWNER_MS, false],
    ] as const) {
      it(`${stays ? 'leaves' : 'removes'} the partial file of ${who}, at the first listing as at the first write`, async () => {
        await mkdir(folder, { recursive: true });
        await leave(nameOf(owner), ageMs);
        await leave('.nightkeep-other', ageMs);
        await agent.list({ signal });
        assert.equal((await partials()).length, stays ? 1 : 0);
        assert.ok((await readdir(folder)).includes('.nightkeep-other'));
        if (stays) return;
        await leave(nameOf(owner), ageMs);
        await (await agent.beginBackup({ signal })).discard();
        assert.deepEqual(await partials(), []);
      });
    }

    it('removes what a dead process left of its backup, and nothing else', async () => {
      await mkdir(folder, { recursive: true });
      const owner = formatIdentity(hidden);
      for (const name of [nameOf(hidden), `${nameOf(hidden)}.manifest`, nameOf(foreign), record.file])
        await leave(name, 0);
      await leave('20250101T000000Z-00000000.other.tar', 0);
      assert.equal(await agent.settleUnfinished(BACKUP_ID, owner, { signal }), null);
      const left = (await readdir(folder)).sort();
      assert.deepEqual(left, [nameOf(foreign), '20250101T000000Z-00000000.other.tar'].sort());
    });

    it('finds that the backup of a dead process was complete after all', async () => {
      const place = await agent.beginBackup({ signal });
      await writeFile(place.path, content);
      await place.commit(record);
      assert.deepEqual(await agent.settleUnfinished(BACKUP_ID, formatIdentity(dead), { signal }), record);
      assert.deepEqual((await agent.list({ signal })).records, [record]);
    });
  });
});

import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { chmodSync, chownSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { createSftpAgent } from '../../../../src/agents/sftp/sftp.ts';
import type { SftpSettings } from '../../../../src/agents/sftp/settings.ts';
import type { BackupAgent } from '../../../../src/agents/agent.ts';
import { systemClock } from '../../../../src/clock.ts';
import type { BackupRecord } from '../../../../src/model.ts';
import { makeLoginUser, type LoginUser } from '../../../helpers/login-user.ts';
import { recordOf } from '../../../helpers/records.ts';
import { withSmallDisk } from '../../../helpers/small-disk.ts';
import { oneSshServer } from '../../../helpers/one-ssh-server.ts';
import { SshServer } from '../../../helpers/ssh-server.ts';
import { tempFolder } from '../../../helpers/temp-folder.ts';

const instanceId = '6f9619ff8b86d011b42d00c04fc964ff';

describe('a folder of an SFTP server that is not as it should be', function () {
  const folder = tempFolder();
  const signal = new AbortController().signal;
  const agents: BackupAgent[] = [];
  const server = oneSshServer();

  afterEach(async () => {
    await Promise.all(agents.splice(0).map((agent) => agent.close()));
  });

  const agentFor = (place: string, changes: Partial<SftpSettings> = {}): BackupAgent => {
    const settings = server().settings(place, changes);
    const agent = createSftpAgent({ id: 'nas', name: 'nas', settings, clock: systemClock, instanceId });
    agents.push(agent);
    return agent;
  };
  const upload = async (agent: BackupAgent, content: Buffer): Promise<BackupRecord> => {
    const record = recordOf(content);
    await agent.upload(record, () => Promise.resolve(Readable.from([content])), {
      signal,
      onProgress: () => undefined,
    });
    return record;
  };

  it('is made when it is not there, with the folders above it', async () => {
    const place = join(folder(), 'a', 'b', 'c');
    const record = await upload(agentFor(place), randomBytes(1000));
    assert.deepEqual(readdirSync(place).sort(), ['.nightkeep.json', `${record.backup_id}.json`, record.file].sort());
  });

  it('holds nothing when it is not there and only listed', async () => {
    const place = join(folder(), 'nowhere');
    assert.deepEqual(await agentFor(place).list({ signal }), { records: [], broken: [] });
    assert.ok(!readdirSync(folder()).includes('nowhere'));
  });

  it('is full: says so, and leaves nothing', async () => {
    await withSmallDisk(join(folder(), 'small'), async (place) => {
      const agent = agentFor(place);
      await assert.rejects(upload(agent, randomBytes(8 * 1024 * 1024)), { code: 'no_space', message: /is full/ });
      assert.deepEqual(
        readdirSync(place).filter((name) => name !== '.nightkeep.json'),
        [],
      );
      // A sidecar's room is there again.
      await upload(agent, randomBytes(1000));
      await agent.close();
    });
  });

  it('is a file: says so', async () => {
    const place = join(folder(), 'file');
    writeFileSync(place, 'x');
    await assert.rejects(upload(agentFor(place), randomBytes(10)), { name: 'BackupError' });
  });

  it('has files of others and halves of ours: they are left alone, and harm nothing', async () => {
    const place = mkdtempSync(join(folder(), 'full-'));
    for (let i = 0; i < 200; i++) writeFileSync(join(place, `photo ${String(i)}.jpg`), 'x');
    writeFileSync(join(place, '20261101T020000Z-00000002.json'), '{"format": 1, "backup_id": "2026');
    writeFileSync(join(place, '20261101T020000Z-00000003.json'), sidecarLeadingOut());
    const agent = agentFor(place);
    const record = await upload(agent, randomBytes(1000));
    const { records, broken } = await agent.list({ signal });
    assert.deepEqual(records, [record]);
    assert.deepEqual(broken.map(({ backup_id, reason }) => `${String(backup_id)} ${reason}`).sort(), [
      '20261101T020000Z-00000002 sidecar_invalid',
      '20261101T020000Z-00000003 sidecar_invalid',
    ]);
    await agent.delete(record.backup_id, { signal });
    assert.equal(readdirSync(place).filter((name) => name.startsWith('photo')).length, 200);
  });

  describe('of a user with few rights', () => {
    let user: LoginUser;
    before(function () {
      if (process.getuid?.() !== 0) this.skip();
      user = makeLoginUser();
    });
    after(() => {
      user.remove();
    });

    const login = (): Partial<SftpSettings> => ({
      username: user.name,
      password: user.password,
      privateKey: null,
    });

    it('is read-only: says whose rights to look at', async () => {
      const place = mkdtempSync(join(folder(), 'readonly-'));
      chmodSync(folder(), 0o755);
      chmodSync(place, 0o555);
      const agent = agentFor(place, login());
      await assert.rejects(upload(agent, randomBytes(10)), { code: 'permission_denied', message: /Check the owner/ });
      const report = await agent.check({ signal });
      assert.deepEqual(
        report.steps.map(({ name, ok }) => `${name} ${String(ok)}`),
        ['reach true', 'write false'],
      );
      assert.deepEqual((await agent.list({ signal })).records, []);
    });

    it('is in a jail that allows SFTP alone', async () => {
      // Every folder above a jail must be root's alone.
      const jail = `/run/${user.name}`;
      mkdirSync(join(jail, 'backups'), { recursive: true });
      chownSync(join(jail, 'backups'), user.uid, user.uid);
      const jailed = await SshServer.start({
        config: [`Match User ${user.name}`, `  ChrootDirectory ${jail}`, '  ForceCommand internal-sftp'],
      });
      try {
        const agent = agentFor('/backups/mine', { ...login(), port: jailed.port, hostKeys: [jailed.fingerprint] });
        const record = await upload(agent, randomBytes(100_000));
        assert.deepEqual((await agent.list({ signal })).records, [record]);
        assert.ok((await agent.check({ signal })).ok);
        await agent.close();
      } finally {
        await jailed.stop();
        rmSync(jail, { recursive: true, force: true });
      }
    });
  });

  it('lies on a server that keeps few files open', async () => {
    const limited = await SshServer.start({ subsystem: '/usr/lib/openssh/sftp-server', config: ['MaxSessions 1'] });
    try {
      const place = mkdtempSync(join(folder(), 'few-'));
      const agent = agentFor(place, limited.settings(place));
      const contents = Array.from({ length: 30 }, () => randomBytes(2000));
      await Promise.all(
        contents.map((content, i) => {
          const backup_id = `20261120T020000Z-${String(i).padStart(8, '0')}`;
          const open = (): Promise<Readable> => Promise.resolve(Readable.from([content]));
          return agent.upload(recordOf(content, { backup_id }), open, { signal, onProgress: () => undefined });
        }),
      );
      assert.equal((await agent.list({ signal })).records.length, 30);
      await agent.close();
    } finally {
      await limited.stop();
    }
  });
});

function sidecarLeadingOut(): string {
  const record = recordOf(Buffer.from('x'), { backup_id: '20261101T020000Z-00000003', file: '../../etc/passwd' });
  return JSON.stringify(record);
}

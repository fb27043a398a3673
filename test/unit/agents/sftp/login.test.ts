import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { inspect } from 'node:util';
import { createSftpAgent } from '../../../../src/agents/sftp/sftp.ts';
import type { SftpSettings } from '../../../../src/agents/sftp/settings.ts';
import type { BackupAgent } from '../../../../src/agents/agent.ts';
import { systemClock } from '../../../../src/clock.ts';
import { BackupError, type ErrorCode } from '../../../../src/errors.ts';
import { makeLoginUser } from '../../../helpers/login-user.ts';
import { silentServer } from '../../../helpers/silent-server.ts';
import { oneSshServer } from '../../../helpers/one-ssh-server.ts';
import { freePort, SshServer } from '../../../helpers/ssh-server.ts';
import { tempFolder } from '../../../helpers/temp-folder.ts';

const instanceId = '6f9619ff8b86d011b42d00c04fc964ff';
const PASSWORD = 'hunter2-do-not-tell';
const OTHER_KEY = `SHA256:${'x'.repeat(43)}`;

describe('a login to an SFTP server', function () {
  const folder = tempFolder();
  const server = oneSshServer();

  const agentFor = (settings: SftpSettings): BackupAgent =>
    createSftpAgent({ id: 'nas', name: 'nas', settings, clock: systemClock, instanceId });

  /** Lists with these settings, and gives the error that comes of it. */
  async function failure(changes: Partial<SftpSettings>): Promise<BackupError> {
    const agent = agentFor(server().settings(folder(), changes));
    try {
      await agent.list({ signal: AbortSignal.timeout(45_000) });
    } catch (error) {
      assert.ok(error instanceof BackupError, String(error));
      const text = inspect(error, { depth: 10, showHidden: true });
      assert.ok(!text.includes(PASSWORD) && !text.includes('PRIVATE KEY'), text);
      return error;
    } finally {
      await agent.close();
    }
    throw new Error('it did not fail');
  }

  async function fails(changes: Partial<SftpSettings>, code: ErrorCode, message: RegExp): Promise<BackupError> {
    const error = await failure(changes);
    assert.equal(error.code, code, error.message);
    assert.match(error.message, message);
    return error;
  }

  it('works with a key, also one with a passphrase', async () => {
    const locked = { privateKey: readFileSync(server().lockedKey, 'utf8'), passphrase: 'open sesame' };
    for (const changes of [{}, locked]) {
      const agent = agentFor(server().settings(folder(), changes));
      assert.deepEqual(await agent.list({ signal: AbortSignal.timeout(10_000) }), { records: [], broken: [] });
      await agent.close();
    }
  });

  it('works with a password, to a folder below the one that the login leads to', async function () {
    if (process.getuid?.() !== 0) this.skip();
    const user = makeLoginUser();
    const { name, password } = user;
    try {
      const agent = agentFor(server().settings('backups/here', { username: name, password, privateKey: null }));
      const report = await agent.check({ signal: AbortSignal.timeout(20_000) });
      assert.ok(report.ok, JSON.stringify(report));
      assert.ok(Number(report.free) > 0);
      assert.ok(existsSync(`/home/${name}/backups/here`));
      await agent.close();
    } finally {
      user.remove();
    }
  });

  it('is refused with a wrong password', async () => {
    const error = await fails({ privateKey: null, password: PASSWORD }, 'agent_auth_failed', /user, password and key/);
    assert.equal(error.temporary, false);
  });

  it('is refused with a key that the server does not know', async () => {
    const stranger = await SshServer.start();
    const privateKey = readFileSync(stranger.userKey, 'utf8');
    await stranger.stop();
    await fails({ privateKey }, 'agent_auth_failed', /refused the login/);
  });

  it('asks for the passphrase of a key that has one', async () => {
    const privateKey = readFileSync(server().lockedKey, 'utf8');
    await fails({ privateKey }, 'agent_auth_failed', /Give its passphrase/);
    await fails({ privateKey, passphrase: PASSWORD }, 'agent_auth_failed', /passphrase .* is wrong/);
  });

  it('tells of a key that is none', async () => {
    await fails({ privateKey: `-----BEGIN ${PASSWORD}` }, 'agent_auth_failed', /cannot be read/);
  });

  it('is not tried with a server that nobody has accepted, whose fingerprint is told', async () => {
    const error = await fails({ hostKeys: [] }, 'agent_host_key_mismatch', /nobody has accepted/);
    assert.ok(error.message.includes(server().fingerprint));
    assert.deepEqual(error.data, { fingerprint: server().fingerprint, known: false });
  });

  it('is not tried with a server that shows another key than the accepted one', async () => {
    const error = await fails({ hostKeys: [OTHER_KEY] }, 'agent_host_key_mismatch', /Nothing was sent/);
    assert.ok(error.message.includes(server().fingerprint) && error.message.includes(OTHER_KEY));
    assert.equal(error.data['known'], true);
    assert.equal(error.temporary, false);
  });

  it('accepts one of several keys', async () => {
    const agent = agentFor(server().settings(folder(), { hostKeys: [OTHER_KEY, server().fingerprint] }));
    await agent.list({ signal: AbortSignal.timeout(10_000) });
    await agent.close();
  });

  it('may be tried again when the host is not found, or nobody listens', async () => {
    const unknown = await fails({ host: 'nas.invalid' }, 'agent_unreachable', /ENOTFOUND|EAI_AGAIN/);
    assert.ok(unknown.temporary);
    const closed = await fails({ port: await freePort() }, 'agent_unreachable', /ECONNREFUSED/);
    assert.ok(closed.temporary);
  });

  it('gives up on a port that accepts and says nothing', async () => {
    const { port, close } = await silentServer();
    const error = await fails({ port }, 'agent_unreachable', /imed out/);
    assert.ok(error.temporary);
    await close();
  });

  it('tells that a server offers no SFTP', async () => {
    const shell = await SshServer.start({ subsystem: '/bin/false' });
    try {
      const changes = {
        port: shell.port,
        privateKey: readFileSync(shell.userKey, 'utf8'),
        hostKeys: [shell.fingerprint],
      };
      await fails(changes, 'agent_error', /offers no SFTP/);
    } finally {
      await shell.stop();
    }
  });

  it('refuses settings that cannot be right before it connects', () => {
    const wrong: readonly [Partial<SftpSettings>, RegExp][] = [
      [{ host: '' }, /^host/],
      [{ port: 0 }, /^port/],
      [{ port: 70_000 }, /^port/],
      [{ username: '' }, /^username/],
      [{ privateKey: null }, /password or a private key/],
      [{ folder: '' }, /^folder/],
      [{ folder: 'a/../../b' }, /^folder/],
      [{ hostKeys: ['SHA256:short'] }, /^hostKeys/],
    ];
    for (const [changes, message] of wrong) {
      assert.throws(() => agentFor(server().settings(folder(), changes)), { code: 'invalid_request', message });
    }
  });
});

import assert from 'node:assert/strict';
import { chmodSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createSftpAgent } from '../../../../src/agents/sftp/sftp.ts';
import type { SftpSettings } from '../../../../src/agents/sftp/settings.ts';
import { systemClock } from '../../../../src/clock.ts';
import { makeLoginUser } from '../../../helpers/login-user.ts';
import type { Quirks } from '../../../helpers/odd-ssh-server/quirks.ts';
import { OddSshServer } from '../../../helpers/odd-ssh-server/odd-ssh-server.ts';
import { SshServer } from '../../../helpers/ssh-server.ts';

const instanceId = '6f9619ff8b86d011b42d00c04fc964ff';

async function list(settings: SftpSettings): Promise<void> {
  const agent = createSftpAgent({ id: 'nas', name: 'nas', settings, clock: systemClock, instanceId });
  try {
    const listing = await agent.list({ signal: AbortSignal.timeout(45_000) });
    assert.deepEqual(listing, { records: [], broken: [] });
  } finally {
    await agent.close();
  }
}

describe('a login in several steps', function () {
  let server: OddSshServer;
  afterEach(() => server.stop());

  const begin = async (quirks: Quirks): Promise<void> => {
    server = await OddSshServer.start({ ident: 'odd', ...quirks });
  };
  const both = (): Partial<SftpSettings> => ({ password: server.password });

  const orders: readonly NonNullable<Quirks['login']>[] = [
    ['publickey', 'password'],
    ['password', 'publickey'],
    ['publickey', 'keyboard-interactive'],
    ['keyboard-interactive', 'publickey'],
    ['password', 'keyboard-interactive'],
    ['publickey', 'password', 'keyboard-interactive'],
  ];
  for (const login of orders) {
    it(`works: ${login.join(', then ')}`, async () => {
      await begin({ login });
      await list(server.settings('place', both()));
      assert.deepEqual(
        server.tried.filter((method) => method !== 'none' && !login.some((own) => own === method)),
        [],
      );
    });
  }

  it('works with one step alone, by whichever the server takes', async () => {
    for (const method of ['publickey', 'password', 'keyboard-interactive'] as const) {
      await begin({ login: [method] });
      await list(server.settings('place', both()));
      await server.stop();
    }
    await begin({});
  });

  it('works where the server does not say what it takes', async () => {
    await begin({ login: ['keyboard-interactive'], hidesMethods: true });
    await list(server.settings('place', both()));
  });

  it('says what else the server asks for', async () => {
    await begin({ login: ['publickey', 'password'] });
    const message = /accepted the private key and also asks for the password\. Give both/;
    await assert.rejects(list(server.settings('place')), { code: 'agent_auth_failed', message });
  });

  it('says which of the two was refused', async () => {
    await begin({ login: ['publickey', 'password'] });
    const message = /accepted the private key and refused the password\. Check/;
    const wrong = server.settings('place', { password: 'wrong' });
    await assert.rejects(list(wrong), { code: 'agent_auth_failed', message });
  });

  it('says what alone the server takes', async () => {
    await begin({ login: ['publickey'] });
    const byPassword = server.settings('place', { ...both(), privateKey: null });
    const message = /refused the login: it takes only the private key\. Check/;
    await assert.rejects(list(byPassword), { code: 'agent_auth_failed', message });
  });

  it('works with OpenSSH that wants a key and a password', async function () {
    await begin({});
    if (process.getuid?.() !== 0) this.skip();
    const user = makeLoginUser();
    const real = await SshServer.start({ config: ['AuthenticationMethods publickey,password'] });
    // The server reads the keys as the user whose login it is.
    chmodSync(real.home, 0o755);
    chmodSync(join(real.home, 'authorized_keys'), 0o644);
    try {
      const privateKey = readFileSync(real.userKey, 'utf8');
      const settings = real.settings('place', { username: user.name, password: user.password, privateKey });
      await list(settings);
      await assert.rejects(list({ ...settings, password: null }), { message: /also asks for the password/ });
      await assert.rejects(list({ ...settings, password: 'wrong' }), { message: /refused the password/ });
    } finally {
      await real.stop();
      user.remove();
    }
  });
});

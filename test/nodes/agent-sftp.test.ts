import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import type { BackupRecord } from '../../src/index.ts';
import { heardFlow, smallCreate } from '../helpers/backup-nodes.ts';
import { nodeHost } from '../helpers/node-host.ts';
import type { FlowNode } from '../helpers/node-red.ts';
import { oneSshServer } from '../helpers/one-ssh-server.ts';
import { tempFolder } from '../helpers/temp-folder.ts';

const TEST = '/backup/agents/sftp/test';

interface Step {
  readonly name: string;
  readonly ok: boolean;
}

describe('agent-sftp', function () {
  const host = nodeHost();
  const folder = tempFolder();
  const server = oneSshServer();

  /** What the dialog holds: texts. */
  const fields = (changes: Record<string, unknown> = {}): Record<string, unknown> => {
    const { host: name, port, username } = server().settings('');
    return {
      host: name,
      port: String(port),
      username,
      folder: join(folder(), 'remote', '{{instance_name}}'),
      keyFile: '',
      hostKey: server().fingerprint,
      ...changes,
    };
  };
  const agent = (changes: Record<string, unknown> = {}): FlowNode => ({
    id: 'agent',
    type: 'agent-sftp',
    z: 'tab',
    ...fields(),
    sendUnencrypted: true,
    retryHours: '0',
    x: 300,
    y: 100,
    wires: [['copied'], ['told']],
    ...changes,
  });
  const privateKey = (): string => readFileSync(server().userKey, 'utf8');
  const credentials = () => ({ agent: { privateKey: privateKey() } });
  const load = (changes: Record<string, unknown> = {}): Promise<void> =>
    host.load(heardFlow(smallCreate(folder(), { wires: [['agent'], []] }), agent(changes)), credentials());
  const codeOf = (message: Record<string, unknown>): string => (message['error'] as { code: string }).code;
  const remote = (): string => join(folder(), 'remote', hostname());

  it('copies to a folder of the server, under an id without secrets', async () => {
    await load();
    host.send('create', {});
    const copied = await host.hear('copied');
    const { file } = copied['backup'] as BackupRecord;
    assert.ok(existsSync(join(remote(), file)));
    assert.equal('filename' in copied, false);
    const { username, port } = server().settings('');
    assert.equal(copied['agent_id'], `sftp:${username}@127.0.0.1:${String(port)}${remote()}`);
  });

  it('logs in with a key from a file', async () => {
    await host.load(heardFlow(smallCreate(folder(), { wires: [['agent'], []] }), agent({ keyFile: server().userKey })));
    host.send('create', {});
    await host.hear('copied');
  });

  for (const [what, changes, code] of [
    ['an archive that is not encrypted', { sendUnencrypted: false }, 'not_encrypted'],
    ['a server that nobody has accepted', { hostKey: '' }, 'agent_host_key_mismatch'],
    ['a number that is none', { bandwidth: 'fast' }, 'invalid_request'],
    ['a login without a name', { username: '' }, 'invalid_request'],
  ] as const)
    it(`refuses ${what}`, async () => {
      await load(changes);
      host.send('create', {});
      assert.equal(codeOf(await host.hear('caught')), code);
      assert.equal(existsSync(remote()), false);
    });

  describe('tests a connection', () => {
    const test = (changes: Record<string, unknown>): ReturnType<typeof host.ask> =>
      host.ask(TEST, { id: 'agent', ...fields(changes) });

    it('step by step, and leaves nothing behind', async () => {
      await load();
      const { status, body } = await test({ privateKey: privateKey() });
      assert.equal(status, 200);
      assert.equal(body['ok'], true, JSON.stringify(body));
      assert.deepEqual(
        (body['steps'] as Step[]).map(({ name, ok }) => [name, ok]),
        ['reach', 'write', 'read', 'rename', 'list', 'delete'].map((name) => [name, true]),
      );
      assert.ok(Number(body['free']) > 0);
      assert.deepEqual(readdirSync(remote()), []);
    });

    it('and shows the fingerprint of a server that is not known', async () => {
      await load();
      const { body } = await test({ privateKey: privateKey(), hostKey: '' });
      assert.equal(body['ok'], false);
      assert.equal(body['code'], 'agent_host_key_mismatch');
      assert.equal(body['fingerprint'], server().fingerprint);
      assert.equal(body['known'], false);
    });

    it('and says that a server is another one', async () => {
      await load();
      const { body } = await test({ privateKey: privateKey(), hostKey: `SHA256:${'A'.repeat(43)}` });
      assert.equal(body['known'], true);
      assert.equal(body['ok'], false);
    });

    it('with the stored key, where it belongs', async () => {
      await load();
      const { body } = await test({ privateKey: '__PWRD__' });
      assert.equal(body['ok'], true, JSON.stringify(body));
    });

    for (const [what, changes] of [
      ['another host', { host: 'localhost' }],
      ['another port', { port: '2' }],
      ['another user', { username: 'mallory' }],
      ['a node that is not deployed', { id: 'none' }],
    ] as const)
      it(`and keeps the stored key from ${what}`, async () => {
        await load();
        const { body } = await test({ privateKey: '__PWRD__', ...changes });
        assert.equal(body['ok'], false);
        assert.equal(body['code'], 'invalid_request');
        assert.match(String(body['message']), /sent to no other server/);
      });

    it('with environment variables, as a deployed node does', async () => {
      await load();
      process.env['NIGHTKEEP_TEST_HOST'] = '127.0.0.1';
      const { body } = await test({ host: '${NIGHTKEEP_TEST_HOST}', privateKey: '__PWRD__' });
      delete process.env['NIGHTKEEP_TEST_HOST'];
      assert.equal(body['ok'], true, JSON.stringify(body));
    });

    it('and says what is wrong with the settings', async () => {
      await load();
      for (const [changes, message] of [
        [{ privateKey: '' }, /password or a private key/],
        [{ privateKey: privateKey(), host: '' }, /host/],
        [{ privateKey: privateKey(), folder: 'x'.repeat(100_000) }, /too long/],
        [{ privateKey: privateKey(), folder: '{{where}}' }, /where/],
      ] as const) {
        const { status, body } = await test(changes);
        assert.equal(status, 200);
        assert.equal(body['ok'], false);
        assert.match(String(body['message']), message);
        assert.doesNotMatch(JSON.stringify(body), /PRIVATE KEY-----/);
      }
    });
  });
});

import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { agentLocal, agentSftp } from '../helpers/dialog-nodes.ts';
import { inEditors, openTab } from '../helpers/editor-suite.ts';
import { createNode, tab, type FlowNode } from '../helpers/node-red.ts';
import { SshServer } from '../helpers/ssh-server.ts';

const FLOWS: readonly FlowNode[] = [
  tab,
  createNode({ wires: [['sftp', 'local'], []] }),
  { ...agentSftp, host: '', username: '', hostKey: '', port: '22' },
  agentLocal,
];

inEditors('agents', FLOWS, ({ editor, shoot, isInFull }) => {
  let server: SshServer;
  let remote: string;

  before(async () => {
    server = await SshServer.start();
    remote = mkdtempSync(join(tmpdir(), 'nightkeep-remote-'));
  });

  after(async () => {
    await server.stop();
    rmSync(remote, { recursive: true, force: true });
  });

  const fill = async (changes: Record<string, string> = {}): Promise<void> => {
    const { host, port, username } = server.settings(remote);
    const values = { host, port: String(port), username, folder: join(remote, '{{instance_name}}'), ...changes };
    for (const [key, value] of Object.entries(values)) await editor().page.fill(`#node-input-${key}`, value);
  };
  const report = (): Promise<string> => editor().page.locator('#agent-sftp-report').innerText();
  const test = async (): Promise<void> => {
    await editor().page.click('#agent-sftp-test');
    await editor().page.locator('#agent-sftp-test:not([disabled])').waitFor();
  };
  const lines = (): Promise<string[]> => editor().page.locator('#agent-sftp-report li').allTextContents();
  const stored = (): string[] => {
    const folder = join(remote, hostname());
    return existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith('.json')) : [];
  };

  it('tests a connection, accepts the fingerprint, and copies there after a deploy', async () => {
    await editor().edit('sftp');
    await fill({ privateKey: readFileSync(server.userKey, 'utf8') });
    await test();
    assert.match(await report(), new RegExp(server.fingerprint.replaceAll('+', '\\+')));
    await shoot('sftp-fingerprint');
    await editor().page.click('#agent-sftp-accept');
    await editor().page.locator('#agent-sftp-report li').nth(6).waitFor();
    assert.equal(await editor().page.inputValue('#node-input-hostKey'), server.fingerprint);
    assert.equal(await editor().page.locator('#agent-sftp-report .agent-sftp-wrong').count(), 0);
    assert.match(String((await lines()).at(-1)), /\d [kMGT]?B are free/);
    await shoot('sftp-tested');
    await openTab(editor(), 'agent-sftp', 'copies');
    await editor().page.check('#node-input-sendUnencrypted');
    await editor().done();
    assert.deepEqual(await editor().complaints('sftp'), []);
    await editor().deploy();
    await editor().page.click('[id="create"] .red-ui-flow-node-button');
    const label = (id: string) => editor().page.locator(`[id="${id}"] .red-ui-flow-node-status-label`);
    await label('sftp')
      .filter({ hasText: /\d\d:\d\d · \d/ })
      .waitFor();
    await label('local')
      .filter({ hasText: /retry \d\d:\d\d|location_not_mounted/ })
      .waitFor();
    await shoot('copied');
    assert.ok(stored().some((name) => /^\d{8}T/.test(name)));
  });

  if (!isInFull) return;

  it('keeps the stored key without showing it, uses it for its own server alone, and replaces it', async () => {
    await editor().edit('sftp');
    assert.equal(await editor().page.locator('#node-input-privateKey').isVisible(), false);
    assert.equal(await editor().page.inputValue('#node-input-privateKey'), '__PWRD__');
    await test();
    assert.equal(await editor().page.locator('#agent-sftp-report .agent-sftp-wrong').count(), 0, await report());
    await editor().page.fill('#node-input-host', 'localhost');
    await test();
    assert.match(await report(), /sent to no other server/);
    await fill();
    await editor().page.click('#agent-sftp-key-replace');
    assert.equal(await editor().page.inputValue('#node-input-privateKey'), '');
    await test();
    assert.match(await report(), /password or a private key/);
    await shoot('sftp-wrong');
    await editor().cancel();
  });

  it('does not offer to accept a server that shows another key than before', async () => {
    await editor().edit('sftp');
    await editor().page.fill('#node-input-hostKey', `SHA256:${'B'.repeat(43)}`);
    await test();
    assert.match(await report(), /another host key/);
    assert.equal(await editor().page.locator('#agent-sftp-accept').count(), 0);
    await shoot('sftp-other-key');
    await editor().cancel();
  });

  it('says what is wrong with the settings', async () => {
    await editor().edit('sftp');
    await fill({ host: '', username: '', port: 'ssh', hostKey: 'abc' });
    await openTab(editor(), 'agent-sftp', 'copies');
    await editor().page.fill('#node-input-retryHours', '-1');
    await editor().page.fill('#node-input-timeout', '0');
    await editor().page.fill('#node-input-bandwidth', 'fast');
    await shoot('sftp-complaints');
    await editor().done();
    assert.equal((await editor().complaints('sftp')).length, 7);
    await editor().edit('local');
    await editor().page.fill('#node-input-folder', ' ');
    await editor().page.fill('#node-input-retryHours', 'long');
    await editor().done();
    assert.equal((await editor().complaints('local')).length, 2);
  });
});

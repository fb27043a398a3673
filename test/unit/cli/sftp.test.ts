import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import type { BackupRecord, FileEntry } from '../../../src/index.ts';
import { parseSftpLocation } from '../../../src/cli/sftp-location.ts';
import { IDENTITY, RECIPIENT } from '../../helpers/age.ts';
import { startCli, type CliResult } from '../../helpers/run-cli.ts';
import { oneSshServer } from '../../helpers/one-ssh-server.ts';
import { tempFolder } from '../../helpers/temp-folder.ts';

const OTHER_KEY = `SHA256:${'x'.repeat(43)}`;

describe('a location on a server', function () {
  const folder = tempFolder();
  const server = oneSshServer();

  beforeEach(() => {
    mkdirSync(join(folder(), 'greenhouse'));
    writeFileSync(join(folder(), 'greenhouse/flows.json'), '[]');
    writeFileSync(join(folder(), 'key.txt'), IDENTITY);
    mkdirSync(join(folder(), '.ssh'));
  });

  const here = (): string => `sftp://${userInfo().username}@127.0.0.1:${String(server().port)}`;
  const location = (): string => `${here()}${folder()}/remote`;
  /** The home folder is the test's, and nobody else's known_hosts counts. */
  const run = (args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<CliResult> => {
    const state = ['--state', join(folder(), 'state')];
    return startCli([...args, ...state], { HOME: folder(), ...env }).result;
  };
  const known = (...args: readonly string[]): Promise<CliResult> =>
    run([...args, '--ssh-key', server().userKey, '--host-key', server().fingerprint]);
  const create = (...args: readonly string[]): readonly string[] => [
    ...['create', '--source', join(folder(), 'greenhouse'), '--to', location()],
    ...args,
  ];
  const json = ({ code, stdout, stderr }: CliResult): unknown => {
    assert.equal(code, 0, stdout + stderr);
    return JSON.parse(stdout) as unknown;
  };
  const leftInState = (): string[] =>
    readdirSync(join(folder(), 'state')).filter((name) => name.startsWith('.nightkeep-partial'));

  it('is where every command works: create, list, files, verify, restore and forget', async () => {
    const record = json(await known(...create('--recipient', RECIPIENT, '--json'))) as BackupRecord;
    assert.deepEqual(
      readdirSync(join(folder(), 'remote')).sort(),
      ['.nightkeep.json', record.file, `${record.backup_id}.json`].sort(),
    );
    assert.equal(statSync(join(folder(), 'remote', record.file)).size, record.size);
    assert.deepEqual(leftInState(), [], 'what was made here first is gone');

    assert.deepEqual(json(await known('list', '--at', location(), '--json')), [record]);
    const key = ['--key-file', join(folder(), 'key.txt')];
    const files = json(await known('files', '--at', location(), ...key, '--json')) as FileEntry[];
    assert.ok(files.some(({ path }) => path === 'greenhouse/flows.json'));
    const verified = await known('verify', '--at', location(), '--drill', ...key, '--json');
    assert.deepEqual(json(verified), { ok: true, problems: [] });
    for (const [target, path] of [
      ['all', []],
      ['one', ['--path', 'greenhouse/flows.json']],
    ] as const) {
      const to = join(folder(), target);
      json(await known('restore', '--at', location(), record.backup_id, '--to', to, ...path, ...key, '--json'));
      assert.equal(readFileSync(join(to, 'greenhouse/flows.json'), 'utf8'), '[]');
    }
    const group = ['--instance', record.instance_id, '--plan', record.plan_id, '--keep-last', '1', '--json'];
    const [decision] = json(await known('forget', '--at', location(), ...group)) as { keep: boolean }[];
    assert.equal(decision?.keep, true);
    assert.deepEqual(leftInState(), []);
  });

  it('is shown to people as it was given', async () => {
    const made = await known(...create('--send-unencrypted'));
    assert.equal(made.code, 0, made.stderr);
    assert.match(made.stdout, new RegExp(`^Archive {2}${location()}/\\d{8}T.*\\.tar\\.zst$`, 'm'));
    const verified = await known('verify', '--at', location());
    assert.match(verified.stdout, /can be restored: 1 file/);
    const none = await known('verify', '--at', location(), '19990101T000000Z-00000000');
    assert.match(none.stderr, new RegExp(`in ${location()}: `));
  });

  it('gets no backup that is not encrypted, unless that is wanted', async () => {
    const { code, stdout } = await known(...create('--json'));
    assert.equal(code, 1);
    assert.equal((JSON.parse(stdout) as { error: { code: string } }).error.code, 'not_encrypted');
    assert.equal(existsSync(join(folder(), 'remote')), false);
  });

  it('is refused when its key is not known, with the fingerprint', async () => {
    const failed = await run(['list', '--at', location(), '--ssh-key', server().userKey, '--json']);
    const { error } = JSON.parse(failed.stdout) as { error: { code: string; message: string } };
    assert.equal(error.code, 'agent_host_key_mismatch');
    assert.ok(error.message.includes(server().fingerprint) && error.message.includes('--host-key'), error.message);
    const other = await run(['list', '--at', location(), '--ssh-key', server().userKey, '--host-key', OTHER_KEY]);
    assert.match(other.stderr, /shows another host key .*\(agent_host_key_mismatch\)/s);
    const making = await run([...create('--send-unencrypted'), '--ssh-key', server().userKey]);
    assert.match(making.stderr, /agent_host_key_mismatch/);
    assert.deepEqual(leftInState(), []);
  });

  it('is trusted by the known_hosts of the user', async () => {
    const publicKey = readFileSync(join(server().home, 'host_key.pub'), 'utf8');
    const line = `[127.0.0.1]:${String(server().port)} ${publicKey}`;
    writeFileSync(join(folder(), '.ssh/known_hosts'), `example.org ${publicKey}\n${line}`);
    const listed = await run(['list', '--at', location(), '--ssh-key', server().userKey, '--json']);
    assert.deepEqual(json(listed), []);
  });

  it('may begin in the folder that the login leads to', async () => {
    const before = process.env['HOME'] ?? '/root';
    const at = `${here()}/~/nightkeep-none-${String(process.pid)}`;
    assert.deepEqual(json(await known('list', '--at', at, '--json')), []);
    assert.equal(existsSync(join(before, `nightkeep-none-${String(process.pid)}`)), false, 'nothing is made to list');
  });

  it('is logged in to with a key that has a passphrase; a wrong one is said, and never shown', async () => {
    const list = ['list', '--at', location(), '--ssh-key', server().lockedKey, '--host-key', server().fingerprint];
    assert.equal((await run(list, { NIGHTKEEP_SSH_KEY_PASSPHRASE: 'open sesame' })).code, 0);
    const wrong = await run(list, { NIGHTKEEP_SSH_KEY_PASSPHRASE: 'open barley' });
    assert.match(wrong.stderr, /\(agent_auth_failed\)/);
    assert.ok(!`${wrong.stdout}${wrong.stderr}`.includes('open barley'));
    const password = ['list', '--at', location(), '--host-key', server().fingerprint];
    const refused = await run(password, { NIGHTKEEP_SFTP_PASSWORD: 'hunter2' });
    assert.match(refused.stderr, /\(agent_auth_failed\)/);
    assert.ok(!`${refused.stdout}${refused.stderr}`.includes('hunter2'));
    const inUrl = await run(['list', '--at', `sftp://me:hunter2@nas/x`]);
    assert.equal(inUrl.code, 2);
    assert.ok(!inUrl.stderr.includes('hunter2') && inUrl.stderr.includes('NIGHTKEEP_SFTP_PASSWORD'));
  });

  it('keeps nothing of a run that was killed while it made a backup for it', async () => {
    writeFileSync(join(folder(), 'greenhouse/big.bin'), Buffer.alloc(600_000_000));
    const args = [...create('--send-unencrypted', '--compression', 'none'), '--ssh-key', server().userKey];
    const { child, result } = startCli(
      [...args, '--host-key', server().fingerprint, '--state', join(folder(), 'state')],
      { HOME: folder() },
    );
    const folders = (): string[] => leftInState().filter((name) => isFolder(join(folder(), 'state', name)));
    const isMaking = (): boolean =>
      existsSync(join(folder(), 'state')) &&
      folders().some((name) => readdirSync(join(folder(), 'state', name)).length > 0);
    while (!isMaking() && child.exitCode === null) await new Promise((resolve) => setTimeout(resolve, 5));
    child.kill('SIGKILL');
    await result;
    assert.equal(folders().length, 1);
    const next = await known('list', '--at', location());
    assert.equal(next.code, 0, next.stderr);
    assert.deepEqual(leftInState(), []);
  });
});

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}

describe('the location of a server', () => {
  for (const [text, expected] of [
    ['sftp://me@nas/srv/backups', { host: 'nas', port: 22, username: 'me', folder: '/srv/backups' }],
    ['sftp://me@nas:2222//srv/backups/', { host: 'nas', port: 2222, username: 'me', folder: '/srv/backups/' }],
    ['sftp://me@nas/~/backups', { host: 'nas', port: 22, username: 'me', folder: '~/backups' }],
    ['sftp://me@nas/~', { host: 'nas', port: 22, username: 'me', folder: '~' }],
    ['sftp://nas/x', { host: 'nas', port: 22, username: userInfo().username, folder: '/x' }],
    ['SFTP://a%40b@[::1]/with%20space%23', { host: '::1', port: 22, username: 'a@b', folder: '/with space#' }],
  ] as const) {
    it(`is taken apart: ${text}`, () => {
      assert.deepEqual(parseSftpLocation(text), { ...expected, shown: text });
    });
  }
});

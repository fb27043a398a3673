import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runCli, type CliResult } from '../../helpers/run-cli.ts';
import { tempFolder } from '../../helpers/temp-folder.ts';
import { contentsOf, makeUserDir, put, sealed } from '../../helpers/user-dir.ts';

describe('restore --into', function () {
  const folder = tempFolder();
  const old = (): string => join(folder(), 'old');
  const target = (): string => join(folder(), 'target');

  const cli = (...args: readonly string[]): Promise<CliResult> =>
    runCli(...args, '--state', join(folder(), 'state'), '--json');
  const backUp = (): Promise<CliResult> =>
    cli('create', '--source', `node-red=${old()}`, '--to', join(folder(), 'backups'));
  const restore = (...args: readonly string[]): Promise<CliResult> =>
    cli('restore', '--at', join(folder(), 'backups'), '--into', target(), ...args);

  function assertFailed({ code, stdout }: CliResult, expected: string): void {
    assert.equal(code, 1, stdout);
    assert.equal((JSON.parse(stdout) as { error: { code: string } }).error.code, expected, stdout);
  }

  beforeEach(async () => {
    makeUserDir(old(), { mark: 'old', secret: 'old secret' });
    mkdirSync(target());
    assert.equal((await backUp()).code, 0);
  });

  it('fills an empty user directory with all there was', async () => {
    const { code, stdout, stderr } = await restore();
    assert.equal(code, 0, stdout + stderr);
    const runtime = '.config.runtime.json';
    const files = contentsOf(target());
    assert.deepEqual(JSON.parse(files[runtime] ?? ''), { instanceId: 'old', _credentialSecret: 'old secret' });
    assert.deepEqual({ ...files, [runtime]: '' }, { ...contentsOf(old()), [runtime]: '' });
  });

  it('replaces what is there, takes away what its folders have besides, and takes all of it back', async () => {
    makeUserDir(target(), { mark: 'new', secret: 'new secret' });
    put(target(), { 'context/flow/later.json': '{}', 'projects/mine/a.txt': 'kept', 'notes.txt': 'kept' });
    const before = contentsOf(target());
    assert.equal((await restore()).code, 0);
    const after = contentsOf(target());
    assert.equal(after['data/own.txt'], 'old');
    assert.equal(after['context/global/global.json'], '{"mark":"old"}');
    assert.equal(after['context/flow/later.json'], undefined);
    assert.equal(after['notes.txt'], 'kept');
    assert.equal(after['projects/mine/a.txt'], 'kept');
    const { code, stdout } = await cli('restore', '--into', target(), '--undo');
    assert.equal(code, 0, stdout);
    assert.deepEqual(contentsOf(target()), before);
    assertFailed(await cli('restore', '--into', target(), '--undo'), 'backup_not_found');
  });

  it('refuses flows that cannot be parsed and credentials that cannot be read, and touches nothing', async () => {
    makeUserDir(target(), { mark: 'new', secret: 'new secret' });
    const before = contentsOf(target());
    writeFileSync(join(old(), 'flows.json'), '[{"id": "cut off');
    await backUp();
    assertFailed(await restore(), 'restore_failed');
    makeUserDir(old(), { mark: 'old', secret: 'old secret' });
    writeFileSync(join(old(), 'flows_cred.json'), sealed({ node: {} }, 'yet another secret'));
    await backUp();
    assertFailed(await restore(), 'restore_failed');
    assert.deepEqual(contentsOf(target()), before);
  });

  it('refuses a user directory that is not there, one that runs, and a backup of something else', async () => {
    rmSync(target(), { recursive: true });
    assertFailed(await restore(), 'invalid_request');
    mkdirSync(join(target(), '.nightkeep'), { recursive: true });
    const { processIdentity, formatIdentity } = await import('../../../src/io/process-identity.ts');
    writeFileSync(join(target(), '.nightkeep', 'running'), formatIdentity(processIdentity()));
    assertFailed(await restore(), 'busy');
    rmSync(join(target(), '.nightkeep', 'running'));
    assert.equal((await cli('create', '--source', join(old(), 'data'), '--to', join(folder(), 'backups'))).code, 0);
    assertFailed(await restore(), 'restore_failed');
  });

  it('leaves setuid bits away, and --to keeps them when asked', async () => {
    const program = join(old(), 'data', 'own.txt');
    chmodSync(program, 0o4755);
    await backUp();
    const modeIn = (name: string): number =>
      statSync(join(folder(), name, 'node-red', 'data', 'own.txt')).mode & 0o7777;
    const to = (name: string, ...args: readonly string[]): Promise<CliResult> =>
      cli('restore', '--at', join(folder(), 'backups'), '--to', join(folder(), name), ...args);
    await to('plain');
    await to('kept', '--keep-setuid');
    assert.deepEqual([modeIn('plain'), modeIn('kept')], [0o755, 0o4755]);
    assert.equal((await restore('--keep-setuid')).code, 2);
  });
});

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { BackupRecord, FileEntry } from '../../../src/index.ts';
import { IDENTITY, OTHER_IDENTITY, OTHER_RECIPIENT, PASSPHRASE, RECIPIENT, typePassphrase } from '../../helpers/age.ts';
import { CLI_FILE, startCli, type CliResult } from '../../helpers/run-cli.ts';
import { tempFolder } from '../../helpers/temp-folder.ts';

describe('the commands with keys', function () {
  const folder = tempFolder();
  let source: string;
  let target: string;

  beforeEach(() => {
    source = join(folder(), 'greenhouse');
    target = join(folder(), 'backups');
    mkdirSync(source);
    writeFileSync(join(source, 'flows.json'), '["private"]');
  });

  function run(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<CliResult> {
    return startCli([...args, '--state', join(folder(), 'state')], env).result;
  }

  async function runJson<T>(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<T> {
    const { code, stdout, stderr } = await run([...args, '--json'], env);
    assert.equal(code, 0, stderr);
    return JSON.parse(stdout) as T;
  }

  async function codeOf(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<string> {
    const { code, stdout, stderr } = await run([...args, '--json'], env);
    assert.equal(code, 1, stdout + stderr);
    assert.doesNotMatch(stdout + stderr, /AGE-SECRET-KEY-1[A-Z0-9]{5}|correct horse/);
    return (JSON.parse(stdout) as { error: { code: string } }).error.code;
  }

  const keyFile = (...lines: readonly string[]): string => {
    const path = join(folder(), `key-${String(readdirSync(folder()).length)}.txt`);
    writeFileSync(path, lines.join('\n'));
    return path;
  };

  const create = (...more: readonly string[]): readonly string[] => [
    'create',
    '--source',
    source,
    '--to',
    target,
    ...more,
  ];

  it('make a key, encrypt with it, show, prove and restore with it; age reads key and backup', async () => {
    const key = join(folder(), 'key.txt');
    const made = await run(['keygen', '--out', key]);
    assert.equal(made.code, 0, made.stderr);
    assert.equal(made.stdout, '');
    assert.equal(statSync(key).mode & 0o777, 0o600);
    const recipient = execFileSync('age-keygen', ['-y', key], { encoding: 'utf8' }).trim();
    assert.match(made.stderr, new RegExp(`^Public key: ${recipient}\n`));

    const record = await runJson<BackupRecord>(create('--key-file', key));
    assert.equal(record.protected, true);
    assert.deepEqual(record.sources, [{ label: 'greenhouse' }]);
    const archive = join(target, record.file);
    const stock = `age -d -i '${key}' '${archive}' | zstd -d --stdout | tar -xO greenhouse/flows.json`;
    assert.equal(execFileSync('sh', ['-c', stock], { encoding: 'utf8' }), '["private"]');

    const at = ['--at', target];
    assert.equal(await codeOf(['files', ...at]), 'key_missing');
    assert.equal(await codeOf(['files', ...at, '--key-file', keyFile(OTHER_IDENTITY)]), 'key_incorrect');
    const files = await runJson<FileEntry[]>(['files', ...at, '--key-file', key]);
    assert.ok(files.some(({ path }) => path === 'greenhouse/flows.json'));
    assert.deepEqual(await runJson(['verify', ...at, '--key-file', key]), { ok: true, problems: [] });
    const back = join(folder(), 'back');
    assert.equal(await codeOf(['restore', ...at, '--to', back]), 'key_missing');
    await runJson(['restore', ...at, '--to', back, '--key-file', key]);
    assert.equal(readFileSync(join(back, 'greenhouse/flows.json'), 'utf8'), '["private"]');
  });

  it('never overwrite a key', async () => {
    const key = keyFile('precious');
    assert.equal(await codeOf(['keygen', '--out', key]), 'target_exists');
    assert.equal(readFileSync(key, 'utf8'), 'precious');
    const { identity, recipient } = await runJson<{ identity: string; recipient: string }>(['keygen']);
    assert.equal(execFileSync('age-keygen', ['-y'], { input: identity, encoding: 'utf8' }).trim(), recipient);
  });

  it('encrypt to recipients without any secret at hand, and to all identities of a file', async () => {
    await runJson(create('--recipient', RECIPIENT, '--recipient', OTHER_RECIPIENT));
    for (const identity of [IDENTITY, OTHER_IDENTITY]) {
      const keys = ['--key-file', keyFile('# a comment', '', identity, '')];
      assert.deepEqual(await runJson(['verify', '--at', target, ...keys]), { ok: true, problems: [] });
    }
    await runJson(create('--key-file', keyFile(IDENTITY, OTHER_IDENTITY)));
    const reports = ['verify', '--at', target, '--key-file', keyFile(OTHER_IDENTITY)];
    assert.deepEqual(await runJson(reports), { ok: true, problems: [] });
  });

  it('say that a backup cannot be proved without its key, which is not damage', async () => {
    await runJson(create('--recipient', RECIPIENT));
    const { code, stdout } = await run(['verify', '--at', target]);
    assert.equal(code, 1);
    assert.match(stdout, /cannot be proved:\n.*encrypted to a key/);
    const json = await run(['verify', '--at', target, '--json']);
    const { ok, problems } = JSON.parse(json.stdout) as { ok: boolean; problems: { code: string }[] };
    assert.deepEqual([ok, problems.map((problem) => problem.code)], [false, ['key_missing']]);
  });

  it('refuse key files that are none, and do not show what is in them', async () => {
    for (const path of [
      keyFile(''),
      keyFile('# only a comment'),
      keyFile(IDENTITY.slice(0, -5), 'hunter2'),
      keyFile(RECIPIENT),
      '/none',
    ]) {
      assert.equal(await codeOf(create('--key-file', path)), 'invalid_request', path);
    }
    assert.equal(await codeOf(create('--key-file', keyFile(IDENTITY.slice(0, -5)))), 'invalid_request', 'cut');
    assert.equal(await codeOf(create('--recipient', `${RECIPIENT}x`)), 'invalid_request');
  });

  it('take a passphrase from the environment', async () => {
    const env = { NIGHTKEEP_PASSPHRASE: PASSPHRASE };
    const record = await runJson<BackupRecord>(create(), env);
    assert.equal(record.protected, true);
    assert.deepEqual(await runJson(['verify', '--at', target], env), { ok: true, problems: [] });
    assert.equal(await codeOf(['files', '--at', target], { NIGHTKEEP_PASSPHRASE: 'wrong' }), 'key_incorrect');
    assert.equal(await codeOf(['files', '--at', target]), 'key_missing');
    const both = await runJson<BackupRecord>(create('--recipient', RECIPIENT), env);
    assert.equal(readFileSync(join(target, both.file)).toString('latin1').includes('X25519'), true);
  });

  it('ask for a passphrase at the terminal, and do not show it', async () => {
    const line = (...args: readonly string[]): string =>
      [process.execPath, CLI_FILE, ...args, '--state', join(folder(), 'state')].map((word) => `'${word}'`).join(' ');
    const type = (text: string, ...args: readonly string[]): ReturnType<typeof typePassphrase> =>
      typePassphrase(line(...args), text, /passphrase[^\n]*: |again: /gi);
    const made = await type(PASSPHRASE, ...create('--passphrase'));
    assert.equal(made.code, 0, made.text);
    assert.doesNotMatch(made.text, /correct horse/);
    assert.match(made.text, /, encrypted/);
    const right = await type(PASSPHRASE, 'verify', '--at', target, '--passphrase');
    assert.equal(right.code, 0, right.text);
    const wrong = await type('wrong', 'verify', '--at', target, '--passphrase');
    assert.equal(wrong.code, 1, wrong.text);
    assert.match(wrong.text, /cannot be proved/);
  });
});

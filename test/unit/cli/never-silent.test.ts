import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdirSync, openSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runCli, startCli, type CliResult } from '../../helpers/run-cli.ts';
import { spoiledCall, spoiledThread } from '../../helpers/spoiled.ts';
import { tempFolder } from '../../helpers/temp-folder.ts';

type Environment = Readonly<Record<string, string>>;

interface Failure {
  readonly code: string;
  readonly message: string;
}

/** Larger than what waits for a thread that has just been started. */
const LARGE = 12_000_000;

describe('a command never ends without a word', function () {
  this.timeout(120_000);
  const folder = tempFolder();

  beforeEach(() => {
    mkdirSync(join(folder(), 'greenhouse'));
    writeFileSync(join(folder(), 'greenhouse/flows.json'), '[]');
  });

  const state = (): readonly string[] => ['--state', join(folder(), 'state')];
  const create = (): readonly string[] => [
    ...['create', '--source', join(folder(), 'greenhouse'), '--to', join(folder(), 'backups'), ...state()],
  ];
  const at = (command: string, ...more: readonly string[]): readonly string[] => [
    ...[command, '--at', join(folder(), 'backups'), ...state(), ...more],
  ];
  const make = async (): Promise<void> => {
    assert.equal((await runCli(...create())).code, 0);
  };

  /** Runs it with --json, and once more without. */
  async function failure(args: readonly string[], env: Environment): Promise<Failure> {
    const asJson = startCli([...args, '--json'], env).result;
    const asText = startCli(
      args.map((arg) => (arg.endsWith('/state') ? `${arg}-2` : arg)),
      env,
    ).result;
    const { code: exitCode, stdout, stderr } = await asJson;
    assert.equal(exitCode, 1, stdout + stderr);
    const { error } = JSON.parse(stdout) as { error: Failure };
    const text = await asText;
    assert.deepEqual([text.code, text.stdout], [1, '']);
    assert.equal(text.stderr, `node-red-backup: ${error.message} (${error.code})\n`);
    return error;
  }

  describe('when it waits for something that never comes', () => {
    for (const [what, call, args] of [
      ['a new key', 'open', () => ['keygen', '--out', join(folder(), 'spoiled.txt')]],
      ['a file with rules', 'stat', () => ['simulate', '--backups', join(folder(), 'spoiled'), '--policy', 'x']],
      ['a folder', 'stat', () => ['list', '--at', join(folder(), 'spoiled'), ...state()]],
      ['a key file', 'readFile', () => [...create(), '--key-file', join(folder(), 'spoiled')]],
    ] as const) {
      it(`it says so: ${what}`, async () => {
        const error = await failure(args(), spoiledCall(call, 'hangs'));
        assert.equal(error.code, 'unknown_error');
        assert.match(error.message, /stopped before it was done: it waits for something that will never come/);
      });
    }
  });

  it('when an error comes that nobody waits for: it is told, without a stack', async () => {
    const error = await failure(at('list').with(2, join(folder(), 'spoiled')), spoiledCall('stat', 'drops'));
    assert.deepEqual(error, { code: 'unknown_error', message: 'nobody waits for this' });
  });

  for (const fate of ['ends', 'missing'] as const) {
    it(`when a thread that it needs ${fate === 'missing' ? 'is missing' : fate}`, async () => {
      await make();
      writeFileSync(join(folder(), 'greenhouse/large.bin'), randomBytes(LARGE));
      const broken: readonly (readonly [string, readonly string[]])[] = [
        ['archive-worker', create()],
        ['frame-worker', create()],
        ['archive-worker', at('restore', '--to', join(folder(), 'restored'))],
        ['archive-worker', at('flows')],
        ['archive-worker', at('verify', '--drill')],
      ];
      for (const [thread, args] of broken) {
        const { code, stdout, stderr } = await startCli([...args, '--json'], spoiledThread(thread, fate)).result;
        assert.equal(code, 1, `${args.join(' ')}: ${stdout}${stderr}`);
        const told = JSON.parse(stdout) as { error?: Failure; problems?: readonly Failure[] };
        const [error] = told.problems ?? [told.error];
        assert.equal(error?.code, 'archive_failed', `${args.join(' ')}: ${stdout}`);
      }
      const left = readdirSync(join(folder(), 'backups')).filter((name) => name.includes('partial'));
      assert.deepEqual(left, []);
    });
  }

  describe('when nobody reads what it prints', () => {
    const unread = async (args: readonly string[], env: Environment = {}): Promise<CliResult> => {
      const { child, result } = startCli(args, env);
      child.stdout?.destroy();
      return result;
    };

    it('its exit code is what it would have been', async () => {
      await make();
      for (const more of [[], ['--json']]) {
        for (const args of [create(), at('list'), at('files'), at('verify'), ['keygen']])
          assert.equal((await unread([...args, ...more])).code, 0, args[0]);
        assert.equal((await unread([...at('verify', 'none'), ...more])).code, 1);
        assert.equal((await unread(['simulate', ...more])).code, 2);
      }
    });

    it('a damaged backup is not taken for a sound one', async () => {
      await make();
      const [archive = ''] = readdirSync(join(folder(), 'backups')).filter((name) => name.includes('.tar'));
      const path = join(folder(), 'backups', archive);
      const bytes = readFileSync(path);
      bytes.writeUInt8(bytes.readUInt8(200) ^ 1, 200);
      writeFileSync(path, bytes);
      assert.equal((await unread(at('verify'))).code, 1);
      assert.equal((await unread(at('verify', '--json'))).code, 1);
    });
  });

  it('when there is no room for what it prints', async () => {
    await make();
    for (const args of [at('list', '--json'), at('files', '--json'), at('files'), ['keygen']]) {
      const full = openSync('/dev/full', 'w');
      const main = join(import.meta.dirname, '../../../src/cli/main.ts');
      const { status, stderr } = spawnSync(process.execPath, [main, ...args], {
        encoding: 'utf8',
        stdio: ['ignore', full, 'pipe'],
      });
      assert.equal(status, 1, stderr);
      assert.match(stderr, /Cannot write to standard output: ENOSPC.* \(no_space\)\n$/);
    }
  });

  it('its list of files is a whole document or an error, also when the end of the archive is damaged', async () => {
    for (let i = 0; i < 3_000; i++) writeFileSync(join(folder(), `greenhouse/${String(i)}.json`), randomBytes(8));
    await runCli(...create(), '--compression', 'none');
    const whole = JSON.parse((await runCli(...at('files', '--json'))).stdout) as unknown[];
    assert.equal(whole.length, 3_003);
    const [archive = ''] = readdirSync(join(folder(), 'backups')).filter((name) => name.endsWith('.tar'));
    const path = join(folder(), 'backups', archive);
    const bytes = readFileSync(path);
    // In the manifest, long after its first lines.
    bytes.writeUInt8(1, bytes.lastIndexOf('greenhouse/2999.json'));
    writeFileSync(path, bytes);
    const { code, stdout } = await runCli(...at('files', '--json'));
    assert.equal(code, 1);
    assert.equal((JSON.parse(stdout) as { error: Failure }).error.code, 'archive_corrupt');
    assert.deepEqual(
      readdirSync(join(folder(), 'state')).filter((name) => name.includes('partial')),
      [],
    );
  });

  it('when it is used in a way that nobody thought of', async () => {
    for (const args of [
      ['--json'],
      ['--json', 'list'],
      ['list', '--json', '--json=yes', '--at', '.'],
      ['list', '--at', '--json'],
      ['pin', '--off=1', '--json'],
      ['verify', '--json', '--at', '.', '--state', ''],
      ['create', '--json', '--to', '.', '--source'],
      ['restore', '--json', '--into', 'x', '--overwrite', '--undo'],
      ['forget', '--json', '--at', '.', '--instance', 'x', '--keep-last', '1'],
      ['', '--json'],
    ]) {
      const { code, stdout, stderr } = await runCli(...args);
      assert.equal(code, 2, `${args.join(' ')}: ${stdout}${stderr}`);
      assert.equal((JSON.parse(stdout) as { error: Failure }).error.code, 'invalid_request');
      assert.match(stderr, /^node-red-backup: [^]+ See node-red-backup --help\.\n$/);
    }
  });
});

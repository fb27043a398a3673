import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { runCli } from '../../helpers/run-cli.ts';

const WRONG: readonly (readonly [readonly string[], RegExp])[] = [
  [[], /Say what to do/],
  [['bakup'], /There is no command "bakup"/],
  [['constructor'], /There is no command "constructor"/],
  [['create', '--to', 'x'], /--source is missing/],
  [['create', '--source', 'x'], /--to is missing/],
  [['create', '--source', 'x', '--to', 'x', '--compression', 'brotli'], /brotli: expected zstd, gzip, none/],
  [['create', '--source', 'x', '--to', 'x', '--to', 'y'], /--to can be given only once/],
  [['create', '--source', 'x', '--to', 'x', '--frobnicate'], /'--frobnicate'/],
  [['create', '--source', 'x', '--to', 'x', 'surplus'], /"surplus" is one argument too many/],
  [['create', '--source', '/', '--to', 'x'], /give it a label/],
  [['create', '--source', '=x', '--to', 'x'], /expected \[LABEL=\]PATH/],
  [['create', '--source', '/opt/node-red', '--to', 'x'], /write node-red=\/opt\/node-red/],
  [['create', '--source', 'x', '--to', 's3://nas/night'], /s3:\/\/ is no location/],
  [['create', '--source', 'x', '--to', 'sftp://backup@nas'], /name the folder, e\.g\. sftp:\/\/backup@nas\/backups/],
  [['list'], /--at is missing/],
  [['list', '--at'], /'--at <value>' argument missing/],
  [['list', '--at', ''], /--at needs a value/],
  [['list', '--at', 'sftp://backup@nas/night'], /Give --ssh-key FILE, or .* NIGHTKEEP_SFTP_PASSWORD/],
  [['list', '--at', 'sftp://backup@nas/night#1'], /write .* "#" as %23/],
  [['list', '--at', 'sftp:///night'], /sftp:\/\/user@host:port\/path/],
  [['verify', '--at', '.', 'one', 'two'], /"two" is one argument too many/],
  [['restore', '--at', '.'], /--to is missing/],
  [['create', '--source', 'x', '--to', 'x', '--passphrase'], /needs a terminal.*NIGHTKEEP_PASSPHRASE/],
  [['verify', '--at', '.', '--passphrase'], /needs a terminal.*NIGHTKEEP_PASSPHRASE/],
  [['create', '--source', 'x', '--to', 'x', '--passphrase', '--recipient', 'age1x'], /cannot be used together/],
  [['create', '--source', 'x', '--to', 'x', '--passphrase=hunter2'], /'--passphrase' does not take an argument/],
  [['list', '--at', '.', '--key-file', 'x'], /'--key-file'/],
];

describe('the command line', () => {
  for (const [args, message] of WRONG) {
    it(`refuses "${args.join(' ')}" with exit code 2 and the reason`, async () => {
      const { code, stdout, stderr } = await runCli(...args);
      assert.match(stderr, message);
      assert.equal(stdout, '');
      assert.equal(code, 2);
    });
  }

  it('tells wrong usage as JSON when asked for JSON', async () => {
    const { code, stdout } = await runCli('list', '--json');
    const document = JSON.parse(stdout) as { error: { code: string; message: string } };
    assert.deepEqual(document, { error: { code: 'invalid_request', message: '--at is missing.' } });
    assert.equal(code, 2);
  });

  for (const args of [['--help'], ['-h'], ['help'], ['create', '--help'], ['restore', '--at', 'x', '--help']]) {
    it(`explains itself on "${args.join(' ')}"`, async () => {
      const { code, stdout, stderr } = await runCli(...args);
      for (const command of ['create', 'list', 'files', 'verify', 'restore', 'keygen', 'forget', 'simulate']) {
        assert.match(stdout, new RegExp(`node-red-backup ${command}`));
      }
      assert.equal(stderr, '');
      assert.equal(code, 0);
    });
  }

  it('tells its version', async () => {
    const manifest = readFileSync(join(import.meta.dirname, '../../../package.json'), 'utf8');
    const { version } = JSON.parse(manifest) as { version: string };
    assert.deepEqual(await runCli('--version'), { code: 0, stdout: `${version}\n`, stderr: '' });
  });
});

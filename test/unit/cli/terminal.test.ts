import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { closeSync, mkdirSync, mkdtempSync, openSync, readdirSync, rmSync, truncateSync, watch } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CLI_FILE, startCli } from '../../helpers/run-cli.ts';

/** Reads as zeros and takes no room on the disk. */
function makeSparseFile(path: string, size: number): void {
  closeSync(openSync(path, 'w'));
  truncateSync(path, size);
}

describe('the command line at a terminal', () => {
  let folder: string;
  let target: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'nightkeep-cli-'));
    target = join(folder, 'backups');
    mkdirSync(target);
  });

  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const createArgs = (...more: readonly string[]): readonly string[] => [
    ...['create', '--source', join(folder, 'zeros'), '--to', target, '--state', join(folder, 'state')],
    ...more,
  ];

  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    it(`cancels on ${signal}: exit code 1, the reason told, nothing left`, async () => {
      makeSparseFile(join(folder, 'zeros'), 64 * 2 ** 30);
      const { child, result } = startCli(createArgs('--json'));
      const watcher = watch(target, (_, name) => {
        if (name?.includes('partial') !== true) return;
        // A second signal would end the process at once.
        watcher.close();
        child.kill(signal);
      });
      const { code, stdout, stderr } = await result;
      assert.equal(code, 1, stderr);
      assert.equal((JSON.parse(stdout) as { error: { code: string } }).error.code, 'canceled');
      const left = readdirSync(target).filter((name) => name !== '.nightkeep.json');
      assert.deepEqual(left, []);
    });
  }

  it('draws a bar on standard error and keeps standard output clean', () => {
    makeSparseFile(join(folder, 'zeros'), 512 * 2 ** 20);
    const output = join(folder, 'stdout.json');
    const line = [process.execPath, CLI_FILE, ...createArgs('--json')].map((word) => `'${word}'`).join(' ');
    // `script` gives the command a terminal.
    const args = ['--quiet', '--return', '--command', `${line} > '${output}'`, '/dev/null'];
    const { status, stdout } = spawnSync('script', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
    assert.equal(status, 0, stdout);
    assert.match(stdout, /\[#*\.*\] +\d+ % {2}.+ of .+, \d+ files?/);
    const list = spawnSync('head', ['-c', '1', output], { encoding: 'utf8' });
    assert.equal(list.stdout, '{');
  });
});

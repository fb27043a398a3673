import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { packTo } from '../helpers/packed-package.ts';

const ROOT = join(import.meta.dirname, '../..');

interface Manifest {
  readonly 'node-red': { readonly nodes: Record<string, string> };
}

type Scorecard = Readonly<Record<string, { readonly test?: boolean; readonly nodes?: readonly string[] }>>;

describe('node-red-dev validate', function () {
  let folder: string;
  let unpacked: string;

  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'nightkeep-validate-'));
    execFileSync('tar', ['-xzf', packTo(folder).path, '-C', folder]);
    unpacked = join(folder, 'package');
    mkdirSync(join(folder, 'node_modules'));
    symlinkSync(join(ROOT, 'node_modules'), join(unpacked, 'node_modules'));
  });

  after(() => rmSync(folder, { recursive: true, force: true }));

  function validate(): { scorecard: Scorecard; said: string } {
    const output = join(folder, 'scorecard.json');
    const preload = join(import.meta.dirname, 'without-network.cjs');
    const dev = join(ROOT, 'node_modules/node-red-dev/bin/run');
    const args = ['--require', preload, dev, 'validate', '--path', unpacked, '--output', output];
    const { stdout, stderr } = spawnSync(process.execPath, args, { cwd: folder, encoding: 'utf8', timeout: 100_000 });
    return { scorecard: JSON.parse(readFileSync(output, 'utf8')) as Scorecard, said: stdout + stderr };
  }

  it('raises nothing, and finds an example of every node', () => {
    const { scorecard, said } = validate();
    const failed = Object.entries(scorecard).filter(([, { test }]) => test === false);
    assert.deepEqual(failed, [], said);
    assert.doesNotMatch(said, /Unable to parse|Warning|Error/);
    const manifest = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as Manifest;
    const inFlows = Object.keys(manifest['node-red'].nodes).filter((name) => name !== 'backup-key');
    assert.deepEqual(scorecard['N02']?.nodes?.toSorted(), inFlows.sort(), 'config nodes are not looked for');
    for (const check of ['P01', 'P03', 'P04', 'P05', 'P06', 'P07', 'P08', 'N01', 'N02', 'D01', 'D02', 'D03']) {
      assert.equal(scorecard[check]?.test, true, `${check} was not judged: ${said}`);
    }
  });
});

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { BackupRecord } from '../../src/index.ts';
import { backupFlow } from '../helpers/backup-flow.ts';
import { floorNode } from '../helpers/floor-node.ts';
import { makeEntriesCjs } from '../helpers/older-entries.ts';
import { PACKAGE_NAME, installInto, packTo } from '../helpers/packed-package.ts';
import { startNodeRed, type RunningNodeRed, type StartOptions } from '../../scripts/start-node-red.ts';

const ROOT = join(import.meta.dirname, '../..');

interface NodeSet {
  readonly module: string;
  readonly name: string;
  readonly types: readonly string[];
  readonly enabled: boolean;
  readonly err?: unknown;
}

const MANIFEST = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
  readonly 'node-red': { readonly nodes: Readonly<Record<string, string>> };
};
const BACKUP_TYPES = Object.keys(MANIFEST['node-red'].nodes).sort();

const VERSIONS = ['node-red', 'node-red-4'] as const;

async function withNodeRed<T>(options: StartOptions, work: (red: RunningNodeRed) => Promise<T>): Promise<T> {
  const red = await startNodeRed(options);
  try {
    return await work(red);
  } finally {
    await red.stop();
  }
}

async function ourSets(red: RunningNodeRed): Promise<readonly NodeSet[]> {
  const response = await fetch(new URL('nodes', red.url), { headers: { accept: 'application/json' } });
  const sets = (await response.json()) as readonly NodeSet[];
  return sets.filter(({ module }) => module === PACKAGE_NAME);
}

describe('the packed package', function () {
  let folder: string;
  let installed: string;
  let floor: string;

  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'nightkeep-package-'));
    installed = join(folder, 'installed');
    installInto(installed, packTo(folder));
    floor = floorNode();
    assert.match(execFileSync(floor, ['--version'], { encoding: 'utf8' }), /^v22\.9\.0\n$/);
  });

  after(() => rmSync(folder, { recursive: true, force: true }));

  const verify = (node: string, userDir: string, record: BackupRecord): unknown => {
    const main = join(userDir, 'node_modules', PACKAGE_NAME, 'dist/src/cli/main.js');
    const args = [
      'verify',
      '--at',
      join(userDir, 'backups'),
      record.backup_id,
      '--json',
      '--state',
      join(userDir, 'cli-state'),
    ];
    return JSON.parse(execFileSync(node, [main, ...args], { encoding: 'utf8' }));
  };

  async function makeBackup(options: StartOptions): Promise<{ record: BackupRecord; log: string }> {
    const flows = backupFlow({ nodeRed: true, sources: [], folder: '' });
    return withNodeRed({ ...options, flows }, async (red) => {
      const sets = await ourSets(red);
      assert.deepEqual(sets.flatMap(({ types }) => types).sort(), BACKUP_TYPES);
      for (const { name, enabled, err } of sets)
        assert.deepEqual({ name, enabled, err }, { name, enabled: true, err: undefined });
      const response = await fetch(new URL('backup-now', red.url));
      const body = await response.text();
      assert.equal(response.status, 200, `${body}\n${red.output()}`);
      return { record: JSON.parse(body) as BackupRecord, log: red.output() };
    });
  }

  for (const version of VERSIONS) {
    for (const [name, compression] of [
      ['Node.js 24', 'zstd'],
      ['Node.js 22.9', 'gzip'],
    ] as const) {
      it(`loads in ${version} on ${name} and makes a backup there`, async () => {
        const node = name === 'Node.js 24' ? process.execPath : floor;
        const userDir = join(folder, `${version}-${compression}`);
        cpSync(installed, userDir, { recursive: true, verbatimSymlinks: true });
        const { record, log } = await makeBackup({ nodeRed: join(ROOT, 'node_modules', version), node, userDir });
        assert.equal(record.compression, compression);
        assert.equal(record.failed_files.count, 0);
        assert.ok(record.files > 2);
        if (compression === 'gzip') assert.match(log, /zstd.*gzip/, 'the fall-back is told');
        assert.deepEqual(verify(node, userDir, record), { ok: true, problems: [] });
      });
    }
  }

  for (const version of VERSIONS) {
    it(`keeps a node disabled that was so in ${version} when entries ended with .cjs`, async () => {
      const userDir = join(folder, `${version}-upgrade`);
      const place = join(userDir, 'node_modules', PACKAGE_NAME);
      const options = { nodeRed: join(ROOT, 'node_modules', version), userDir, flows: [] };
      cpSync(installed, userDir, { recursive: true, verbatimSymlinks: true });
      makeEntriesCjs(place);
      await withNodeRed(options, async (red) => {
        const response = await fetch(new URL(`nodes/${PACKAGE_NAME}/retention`, red.url), {
          method: 'PUT',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify({ enabled: false }),
        });
        assert.equal(response.status, 200);
      });
      rmSync(place, { recursive: true });
      cpSync(join(installed, 'node_modules', PACKAGE_NAME), place, { recursive: true, verbatimSymlinks: true });
      await withNodeRed(options, async (red) => {
        const sets = await ourSets(red);
        assert.deepEqual(sets.flatMap(({ types }) => types).sort(), BACKUP_TYPES);
        const disabled = sets.filter(({ enabled }) => !enabled);
        assert.deepEqual(
          disabled.map(({ name }) => name),
          ['retention'],
        );
        assert.deepEqual(
          sets.flatMap(({ err }) => err ?? []),
          [],
        );
      });
    });
  }

  it('has its command line where npm links it', () => {
    const bin = join(installed, 'node_modules/.bin/node-red-backup');
    const env = { ...process.env, PATH: `${dirname(process.execPath)}:${process.env['PATH'] ?? ''}` };
    assert.match(execFileSync(bin, ['--help'], { encoding: 'utf8', env }), /node-red-backup create/);
  });
});

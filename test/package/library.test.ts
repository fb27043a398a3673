import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { libraryWalk, type FoundNode } from '../helpers/library-walk.ts';
import { packTo } from '../helpers/packed-package.ts';

const MANIFEST = readFileSync(join(import.meta.dirname, '../../package.json'), 'utf8');
const TYPES = Object.keys((JSON.parse(MANIFEST) as { 'node-red': { nodes: object } })['node-red'].nodes);

describe('the public library of nodes', function () {
  this.timeout(60_000);
  let folder: string;
  let found: Readonly<Record<string, FoundNode>>;

  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'nightkeep-library-'));
    execFileSync('tar', ['-xzf', packTo(folder).path, '-C', folder]);
    found = libraryWalk(join(folder, 'package'));
  });

  after(() => rmSync(folder, { recursive: true, force: true }));

  it('finds the eleven nodes', () => {
    assert.equal(TYPES.length, 11);
    assert.deepEqual(Object.keys(found).sort(), TYPES.toSorted());
  });

  for (const type of TYPES) {
    it(`reads category, colour, icon, ports and settings of ${type}`, () => {
      const isConfig = type === 'backup-key';
      const node = found[type];
      assert.equal(node?.category, isConfig ? 'config' : 'backup');
      assert.match(String(node.color), /^#[0-9A-F]{6}$/);
      assert.equal(node.icon, `${type}.svg`);
      assert.ok(node.hasIcon, 'the file of the icon is not where the library looks');
      assert.ok(node.defaults?.includes('name'), String(node.defaults));
      if (isConfig) return;
      assert.equal(typeof node.inputs, 'number');
      assert.equal(typeof node.outputs, 'number');
    });
  }
});

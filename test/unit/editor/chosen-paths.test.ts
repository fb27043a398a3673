import assert from 'node:assert/strict';
import { baseName, isCovered, toggled } from '../../../nodes/editor/model/chosen-paths.ts';

describe('the paths chosen for a restore', () => {
  it('are covered by a folder that they lie in, and not by one whose name begins alike', () => {
    const chosen = new Set(['node-red/lib']);
    assert.equal(isCovered(chosen, 'node-red/lib/flows/a.json'), true);
    assert.equal(isCovered(chosen, 'node-red/lib'), false);
    assert.equal(isCovered(chosen, 'node-red/library'), false);
  });

  it('give way to a folder that holds them', () => {
    const chosen = toggled(new Set(['a/b/c', 'a/bc', 'd']), 'a/b/');
    assert.deepEqual([...chosen], ['a/bc', 'd', 'a/b']);
    assert.deepEqual([...toggled(chosen, 'a/b')], ['a/bc', 'd']);
  });

  it('are called by the last part of them', () => {
    assert.equal(baseName('node-red/lib/'), 'lib');
    assert.equal(baseName('flows.json'), 'flows.json');
  });
});

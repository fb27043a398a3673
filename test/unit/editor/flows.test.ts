import assert from 'node:assert/strict';
import { compareFlows, type FlowDifference } from '../../../nodes/editor/model/compare-flows.ts';
import { importAsCopy, importWithIds } from '../../../nodes/editor/model/import-tab.ts';

type Node = Readonly<Record<string, unknown>>;

const node = (id: string, z: string, more: Node = {}): Node => ({
  id,
  z,
  type: 'inject',
  name: id,
  x: 1,
  y: 1,
  ...more,
});
const tab = (id: string, label = id): Node => ({ id, type: 'tab', label });
const config = (id: string, more: Node = {}): Node => ({ id, type: 'mqtt-broker', name: id, ...more });

const found = (differences: readonly FlowDifference[], id: string): FlowDifference | undefined =>
  differences.find((difference) => difference.id === id);

describe('today’s flows beside those of a backup', () => {
  it('are the same when nothing differs but the order of settings and defaults that a node has got since', () => {
    const before = [tab('t'), node('n', 't', { wires: [], rules: [{ a: 1, b: 2 }] })];
    const today = [
      { ...tab('t'), disabled: false, info: '', env: [] },
      { id: 'n', x: 1, y: 1, rules: [{ b: 2, a: 1 }], wires: [], name: 'n', type: 'inject', z: 't', added: null },
    ];
    assert.deepEqual(
      compareFlows(before, today).map(({ state }) => state),
      ['same'],
    );
  });

  it('tell what was added, changed and removed on each tab', () => {
    const before = [tab('t'), node('gone', 't'), node('edited', 't', { topic: 'a' }), node('moved', 't')];
    const today = [
      tab('t'),
      node('edited', 't', { topic: 'b', qos: 1 }),
      node('moved', 't', { x: 9 }),
      node('new', 't'),
    ];
    const difference = found(compareFlows(before, today), 't');
    assert.equal(difference?.state, 'changed');
    assert.deepEqual(difference.added, [{ id: 'new', type: 'inject', name: 'new' }]);
    assert.deepEqual(difference.removed, [{ id: 'gone', type: 'inject', name: 'gone' }]);
    assert.deepEqual(
      difference.changed.map(({ id, properties, isMoved }) => [id, properties, isMoved]),
      [
        ['edited', ['qos', 'topic'], false],
        ['moved', ['x'], true],
      ],
    );
  });

  it('name tabs that only one of them has, and what was on them', () => {
    const differences = compareFlows([tab('old'), node('a', 'old')], [tab('new'), node('b', 'new')]);
    assert.deepEqual(
      differences.map(({ id, state, added, removed }) => [id, state, added.length, removed.length]),
      [
        ['new', 'added', 2, 0],
        ['old', 'removed', 0, 2],
      ],
    );
  });

  it('keep config nodes that belong to no tab apart, and are silent of them when they are the same', () => {
    const differences = compareFlows([config('b', { host: 'x' })], [config('b', { host: 'y' }), config('c')]);
    assert.deepEqual(
      differences.map(({ kind, added, changed }) => [kind, added.length, changed.length]),
      [['config', 1, 1]],
    );
    assert.deepEqual(compareFlows([config('b')], [config('b')]), []);
  });

  it('find a node that went to another tab there', () => {
    const differences = compareFlows([tab('s'), tab('t'), node('n', 's')], [tab('s'), tab('t'), node('n', 't')]);
    assert.deepEqual(found(differences, 't')?.changed[0]?.properties, ['z']);
    assert.equal(found(differences, 's')?.state, 'same');
  });

  it('never compare credentials', () => {
    assert.deepEqual(compareFlows([config('b')], [config('b', { credentials: { password: 'hush' } })]), []);
  });
});

describe('a tab of a backup that goes into the editor', () => {
  const inBackup = [tab('t'), node('n', 't'), config('b'), { id: 's', type: 'subflow' }, node('in-s', 's')];

  it('comes with new ids as a copy', () => {
    const { nodes, options } = importAsCopy(inBackup);
    assert.equal(nodes, inBackup);
    assert.equal(options.generateIds, true);
  });

  it('comes as it was when nothing of it is there', () => {
    const { nodes, options } = importWithIds(inBackup, 't', []);
    assert.deepEqual(nodes, inBackup);
    assert.deepEqual([options.generateIds, options.importMap], [false, {}]);
  });

  it('leaves config nodes and subflows of today as they are', () => {
    const today = [tab('t'), node('n', 't'), config('b'), { id: 's', type: 'subflow' }, node('in-s', 's')];
    const { nodes, options } = importWithIds(inBackup, 't', today);
    assert.deepEqual(
      nodes.map(({ id }) => id),
      ['t', 'n'],
    );
    assert.deepEqual(options.importMap, {});
  });

  it('gives a node a new id that lies on another tab today', () => {
    const { nodes, options } = importWithIds([tab('t'), node('n', 't')], 't', [tab('u'), node('n', 'u')]);
    assert.equal(nodes.length, 2);
    assert.deepEqual(options.importMap, { n: 'copy' });
  });
});

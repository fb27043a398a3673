import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { chooseTabs, everyNode, nodesOfTabs, tabsOf } from '../../../../src/archive/flows/flow-file.ts';
import { flowList, type FlowNode } from '../../../../src/installation/content/flow-list.ts';

const EXAMPLES = join(import.meta.dirname, '../../../../examples');

/** Two tabs, a subflow in a subflow, config nodes that name others, and one that nobody names. */
const FLOWS: readonly FlowNode[] = [
  { id: 'tab1', type: 'tab', label: 'Greenhouse', disabled: false },
  { id: 'tab2', type: 'tab', label: 'House', disabled: true },
  { id: 'outer', type: 'subflow', name: 'outer', env: [{ name: 'TOKEN', type: 'cred', value: 'hush' }] },
  { id: 'inner', type: 'subflow', name: 'inner', in: [], out: [] },
  { id: 'unused', type: 'subflow', name: 'unused' },
  { id: 'group1', type: 'group', z: 'tab1', nodes: ['in1'] },
  { id: 'in1', type: 'mqtt in', z: 'tab1', g: 'group1', broker: 'broker1', x: 10, y: 10, wires: [['use1']] },
  { id: 'use1', type: 'subflow:outer', z: 'tab1', x: 20, y: 10, wires: [[]] },
  { id: 'in2', type: 'mqtt in', z: 'tab2', broker: 'broker2', x: 10, y: 10, wires: [[]] },
  { id: 'use2', type: 'subflow:inner', z: 'outer', x: 10, y: 10, wires: [] },
  { id: 'http', type: 'http request', z: 'inner', tls: 'tls1', x: 10, y: 10, wires: [] },
  { id: 'deep', type: 'odd', z: 'tab2', x: 1, y: 1, settings: { list: [{ server: 'tls1' }] }, wires: [] },
  { id: 'broker1', type: 'mqtt-broker', name: 'one', tls: 'tls2', credentials: { user: 'me', password: 'hush' } },
  { id: 'broker2', type: 'mqtt-broker', name: 'two' },
  { id: 'tls1', type: 'tls-config', name: 'one' },
  { id: 'tls2', type: 'tls-config', name: 'two' },
  { id: 'scoped', type: 'ui-base', z: 'tab2', name: 'only of the tab' },
  { id: 'lonely', type: 'mqtt-broker', name: 'nobody uses it' },
];

const idsOf = (...tabs: string[]): unknown[] => nodesOfTabs(FLOWS, new Set(tabs)).map(({ id }) => id);

describe('a flow file', () => {
  it('tells its tabs', () => {
    assert.deepEqual(tabsOf(FLOWS), [
      { id: 'tab1', label: 'Greenhouse', disabled: false, nodes: 2 },
      { id: 'tab2', label: 'House', disabled: true, nodes: 3 },
    ]);
  });

  it('gives a tab with its groups, the subflows in it, and the config nodes that any of these use, in the order of the file', () => {
    const wanted = ['tab1', 'outer', 'inner', 'group1', 'in1', 'use1', 'use2', 'http', 'broker1', 'tls1', 'tls2'];
    assert.deepEqual(idsOf('tab1'), wanted);
    assert.deepEqual(idsOf('tab2'), ['tab2', 'in2', 'deep', 'broker2', 'tls1', 'scoped']);
    assert.deepEqual(idsOf(), []);
  });

  it('gives what two tabs share once, and nothing that neither uses', () => {
    const ids = idsOf('tab1', 'tab2');
    assert.equal(new Set(ids).size, ids.length);
    assert.deepEqual(
      FLOWS.map(({ id }) => id).filter((id) => !ids.includes(id)),
      ['unused', 'lonely'],
    );
  });

  it('gives every node, also those that no tab uses, and never their credentials', () => {
    assert.deepEqual(
      everyNode(FLOWS).map(({ id }) => id),
      FLOWS.map(({ id }) => id),
    );
    assert.doesNotMatch(JSON.stringify(everyNode(FLOWS)), /hush/);
  });

  it('never gives credentials', () => {
    const text = JSON.stringify(nodesOfTabs(FLOWS, new Set(['tab1', 'tab2'])));
    assert.ok(!text.includes('hush'), text);
    assert.ok(text.includes('TOKEN'));
  });

  it('has tabs that are chosen by id or by label', () => {
    const tabs = [...tabsOf(FLOWS), { id: 'House', label: 'other', disabled: false, nodes: 0 }];
    const twins = [...tabs, { id: 'tab3', label: 'Greenhouse', disabled: false, nodes: 0 }];
    assert.deepEqual([...chooseTabs(twins, ['Greenhouse'])], ['tab1', 'tab3']);
    assert.deepEqual([...chooseTabs(tabs, ['tab2', 'tab1'])], ['tab2', 'tab1']);
    assert.deepEqual([...chooseTabs(tabs, ['House'])], ['House'], 'an id goes before a label');
    assert.throws(() => chooseTabs(tabs, ['Cellar']), { code: 'invalid_request', message: /no tab "Cellar".*tab1/ });
  });

  it('may have a cycle of config nodes, and many nodes', () => {
    const cycle = ['a', 'b'].map((id) => ({ id, type: 'config', other: id === 'a' ? 'b' : 'a' }));
    const many = Array.from({ length: 50_000 }, (_, n) => ({
      id: `n${String(n)}`,
      type: 'x',
      z: 't',
      x: 1,
      y: 1,
      c: 'a',
    }));
    const all = [{ id: 't', type: 'tab' }, ...many, ...cycle];
    assert.equal(nodesOfTabs(all, new Set(['t'])).length, all.length);
  });

  for (const name of readdirSync(EXAMPLES)) {
    it(`is what Node-RED exports: ${name}`, () => {
      const list = flowList(readFileSync(join(EXAMPLES, name)));
      const nodes = list.ok ? list.nodes : [];
      const tabs = tabsOf(nodes);
      assert.ok(tabs.length > 0 && tabs.every(({ nodes: count }) => count > 0));
      assert.deepEqual(nodesOfTabs(nodes, new Set(tabs.map(({ id }) => id))), nodes);
    });
  }
});

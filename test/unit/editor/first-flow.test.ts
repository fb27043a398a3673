import assert from 'node:assert/strict';
import {
  firstFlow,
  placeFlow,
  type Choices,
  type NewNode,
  type Workshop,
} from '../../../nodes/editor/first-time/first-flow.ts';

const KEY = { identity: 'AGE-SECRET-KEY-1X', recipient: 'age1x' };
const SERVER = {
  ...{ host: 'nas', port: '22', username: 'me', password: 'secret', privateKey: '' },
  ...{ folder: 'backups', hostKey: 'SHA256:x' },
};

function workshop(): Workshop {
  let made = 0;
  const defaultsOf = (type: string): NewNode => ({ name: '', own: `of ${type}`, id: 'no', type: 'no' });
  return { newId: () => `id${String(++made)}`, defaultsOf, nameOf: (what) => `name of ${what}` };
}

const nodesOf = (changes: Partial<Choices>): readonly NewNode[] =>
  firstFlow({ where: { kind: 'here' }, key: KEY, time: '03:30', thins: true, ...changes }, workshop()).nodes;
const only = (nodes: readonly NewNode[], type: string): NewNode => {
  const found = nodes.filter((node) => node['type'] === type);
  assert.equal(found.length, 1, type);
  return found[0] ?? {};
};

/** The types that messages go through from output 1 on, nearest first, e.g. `backup-create > agent-sftp > retention`. */
function ways(nodes: readonly NewNode[], from: NewNode): string[] {
  const type = String(from['type']);
  const next = ((from['wires'] as string[][])[0] ?? []).map((id) => nodes.find((node) => node['id'] === id) ?? {});
  return next.length === 0 ? [type] : next.flatMap((node) => ways(nodes, node).map((way) => `${type} > ${way}`));
}

describe('the first flow', () => {
  for (const [what, changes, expected] of [
    ['this machine', {}, ['backup-create > retention']],
    ['this machine, all kept', { thins: false }, ['backup-create']],
    [
      'a disk',
      { where: { kind: 'disk', folder: '/media/usb', mounted: true } },
      ['backup-create > retention', 'backup-create > agent-local > retention'],
    ],
    ['a server, all kept', { where: { kind: 'sftp', server: SERVER }, thins: false }, ['backup-create > agent-sftp']],
  ] as const) {
    it(`leads to ${what}`, () => {
      const nodes = nodesOf(changes);
      assert.deepEqual(ways(nodes, only(nodes, 'backup-create')), expected);
    });
  }

  it('runs every day at the time, encrypted, and tells what fails', () => {
    const nodes = nodesOf({});
    const [create, key] = [only(nodes, 'backup-create'), only(nodes, 'backup-key')];
    assert.deepEqual([create['schedule'], create['scheduleTime'], create['key']], ['daily', '03:30', key['id']]);
    assert.deepEqual(
      [key['kind'], key['recipient'], key['credentials']],
      ['identity', 'age1x', { identity: KEY.identity }],
    );
    assert.deepEqual(ways(nodes, only(nodes, 'backup-event')), ['backup-event > debug']);
  });

  it('holds no secret but among credentials, which are never in a flow file', () => {
    const nodes = nodesOf({ where: { kind: 'sftp', server: SERVER } });
    const stored = nodes.map(({ credentials, ...node }) => (assert.notEqual(credentials, null), node));
    assert.doesNotMatch(JSON.stringify(stored), /secret|AGE-SECRET/);
    const { credentials, host, hostKey } = only(nodes, 'agent-sftp');
    assert.deepEqual([credentials, host, hostKey], [{ password: 'secret', privateKey: '' }, 'nas', 'SHA256:x']);
  });

  it('is on one tab of its own, with fresh ids and what a dropped node has', () => {
    const { nodes, tabId, createId } = firstFlow(
      { where: { kind: 'disk', folder: '/x', mounted: false }, key: KEY, time: '03:00', thins: true },
      workshop(),
    );
    assert.equal(new Set(nodes.map(({ id }) => id)).size, nodes.length);
    for (const node of nodes) {
      if (node['type'] !== 'tab') assert.equal(node['own'], `of ${String(node['type'])}`);
      if (!['tab', 'backup-key'].includes(String(node['type']))) assert.equal(node['z'], tabId);
    }
    assert.equal(createId, only(nodes, 'backup-create')['id']);
    const places = nodes.filter(({ x }) => x !== undefined).map(({ x, y }) => `${String(x)} ${String(y)}`);
    assert.equal(new Set(places).size, places.length, 'two lie on each other');
  });

  it('is a place alone for who has backups', () => {
    const { nodes, createId } = placeFlow({ kind: 'disk', folder: '/x', mounted: true }, workshop());
    assert.deepEqual([nodes.map(({ type }) => type), createId], [['tab', 'agent-local'], null]);
  });
});

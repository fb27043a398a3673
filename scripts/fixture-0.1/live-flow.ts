/** The tab whose nodes make what is in the fixture. */
import { createNode, teller, type FlowNode } from '../../test/helpers/node-red.ts';

const Z = { z: 'tab' };

interface Flow {
  /** Absolute: where everything lies. */
  readonly home: string;
  /** Recipient of the key whose identity is deployed. */
  readonly recipient: string;
}

/** Of one small folder. */
const small = (home: string, changes: Record<string, unknown>): FlowNode =>
  createNode({
    nodeRed: false,
    sources: [{ label: 'data', path: `${home}/data`, exclude: '*.tmp' }],
    removeExpired: false,
    ...changes,
  });

const inject = (id: string, to: string, props: readonly object[] = []): FlowNode => ({
  ...{ id, type: 'inject', ...Z, name: '', props, repeat: '', crontab: '', once: false, onceDelay: 0.1, topic: '' },
  ...{ x: 90, y: 60, wires: [[to]] },
});

const set = (name: string, value: string | boolean | number): object => {
  const vt = typeof value === 'string' ? 'str' : typeof value === 'boolean' ? 'bool' : 'num';
  return { p: name, v: String(value), vt };
};

function plans(home: string): FlowNode[] {
  const nightly = small(home, { id: 'nightly', name: 'Nightly', planId: 'nights', wires: [['copies'], []] });
  const whole = {
    includeNodeModules: false,
    nodeRedExclude: '.config.nodes.json*\n/scratch/',
    wires: [['whole-made'], []],
  };
  const daily = { schedule: 'daily', scheduleTime: '03:00', scheduleZone: 'UTC' };
  return [
    nightly,
    createNode({ id: 'whole', name: 'Whole', ...whole, ...daily, sources: [] }),
    small(home, { id: 'sealed', name: 'Sealed', key: 'key-own', folder: 'sealed', wires: [['copies'], []] }),
    small(home, {
      id: 'phrase',
      name: 'By passphrase',
      key: 'key-phrase',
      compression: 'gzip',
      wires: [['copies'], []],
    }),
    small(home, { id: 'usb', name: 'Two disks', compression: 'none', wires: [['usb-one', 'usb-two'], []] }),
    small(home, { id: 'hooked', name: 'After a dump', wires: [['hooked-made'], []] }),
    small(home, {
      id: 'gone',
      name: 'Of a folder that is gone',
      sources: [source('gone', `${home}/gone`)],
      wires: [[], ['gone-failed']],
    }),
  ];
}

const source = (label: string, path: string): object => ({ label, path, exclude: '' });

function places(home: string): FlowNode[] {
  const usb = { type: 'agent-local', ...Z, mounted: true, retryHours: '720', template: '' };
  return [
    {
      ...{ id: 'copies', type: 'agent-local', ...Z, name: 'Copies', folder: `${home}/copies`, mounted: false },
      ...{ retryHours: '6', template: '', x: 400, y: 60, wires: [['copied'], []] },
    },
    {
      ...usb,
      id: 'usb-one',
      name: 'First disk',
      folder: `${home}/usb-one`,
      x: 400,
      y: 120,
      wires: [['usb-copied'], ['usb-failed']],
    },
    {
      ...usb,
      id: 'usb-two',
      name: 'Second disk',
      folder: `${home}/usb-two`,
      x: 400,
      y: 180,
      wires: [['usb-copied'], ['usb-failed']],
    },
  ];
}

function keys({ recipient }: Flow): FlowNode[] {
  return [
    { id: 'key-own', type: 'backup-key', name: 'Own key', kind: 'identity', recipient },
    { id: 'key-phrase', type: 'backup-key', name: 'Passphrase', kind: 'passphrase', recipient: '' },
  ];
}

/** Nodes that read, thin and restore when they are asked to. */
function readers(): FlowNode[] {
  const rules = {
    mode: 'rules',
    keepLast: '2',
    keepMonthly: '3',
    keepWithin: '10d',
    automaticOnly: true,
    dryRun: false,
  };
  const chosen = { locations: ['copies'], template: '' };
  const into = { mode: 'node-red', folder: '', paths: '', overwrite: false, useSettings: false, installModules: false };
  return [
    {
      id: 'thin',
      type: 'retention',
      name: 'Thin copies',
      ...rules,
      ...chosen,
      plans: ['nightly'],
      wires: [['thinned'], []],
    },
    { id: 'prove', type: 'backup-verify', name: 'Prove', mode: 'restore', ...chosen, wires: [['proved'], []] },
    {
      ...{ id: 'back', type: 'backup-restore', name: 'Into this Node-RED', ...into, notice: true, locations: null },
      ...{ template: '', wires: [['staged'], []] },
    },
  ];
}

/** Nodes that hear of backups. */
function listeners(): FlowNode[] {
  const hook = { when: 'before', scope: ['hooked'], onFailure: 'fail', timeout: '30', priority: '10' };
  const kinds = { stages: false, progress: false, completed: true, failed: true, deleted: true, overdue: true };
  return [
    { id: 'state', type: 'backup-status', name: '', onChange: false, format: 'status', wires: [['stated']] },
    { id: 'before', type: 'backup-hook', name: 'Dump', ...hook, wires: [['go-on']] },
    { id: 'go-on', type: 'backup-continue', name: '', answer: 'auto', wires: [] },
    { id: 'all-events', type: 'backup-event', name: '', scope: null, ...kinds, template: '', wires: [['events']] },
  ];
}

const onTab = (node: FlowNode, row: number): FlowNode => ({ ...node, z: 'tab', x: 640, y: 40 + 60 * row });

export function liveFlow(flow: Flow): FlowNode[] {
  const { home } = flow;
  const run = (plan: string, ...props: readonly object[]): FlowNode => inject(`run-${plan}`, plan, props);
  return [
    { id: 'tab', type: 'tab', label: 'Backups', disabled: false, info: '' },
    ...plans(home),
    ...places(home),
    ...keys(flow),
    ...[...readers(), ...listeners()].map(onTab),
    ...['nightly', 'whole', 'sealed', 'phrase', 'usb', 'hooked', 'gone'].map((plan) => run(plan)),
    inject('run-short', 'nightly', [set('keep_days', 3)]),
    inject('run-long', 'nightly', [set('keep_days', 36_500), set('name', 'Before the move')]),
    inject('run-manual', 'nightly', [set('manual', true), set('name', 'By hand')]),
    ...['thin', 'prove', 'back', 'state'].map((id) => inject(`run-${id}`, id)),
    ...[
      'copied',
      'usb-copied',
      'usb-failed',
      'gone-failed',
      'whole-made',
      'hooked-made',
      'thinned',
      'proved',
      'staged',
      'stated',
      'events',
    ].map((tag) => teller(tag, tag)),
  ];
}

/**
 * A tab with nodes in every shape of settings that 0.1.0 took without a word: each choice of each dialog, what its fields looked like in
 * flows that were written by hand or by other programs, and what older dialogs did not store. They are deployed and are asked nothing.
 */
import type { FlowNode } from '../../test/helpers/node-red.ts';

type Settings = Readonly<Record<string, unknown>>;

interface Shaped {
  /** As a node that was just dropped. */
  readonly dropped: Settings;
  /** What is changed in each of the others. `undefined` leaves a field out. */
  readonly changes: readonly Settings[];
  /** Written by hand: nothing else is set. */
  readonly bare: readonly Settings[];
  readonly outputs: number;
}

const FINGERPRINT = `SHA256:${'A'.repeat(43)}`;
const NEVER = { schedule: 'cron', scheduleCron: '0 4 1 1 *' };

const CREATE_DROPPED: Settings = {
  ...{
    backupName: '',
    nodeRed: true,
    nodeRedExclude: '',
    includeNodeModules: false,
    sources: [],
    folder: '',
    key: '',
  },
  ...{ compression: 'zstd', excludeCaches: false, excludeIfPresent: '', unreadable: 'warn', copyDatabases: true },
  ...{ whenBusy: 'wait', timeLimit: '', planId: '', schedule: 'none', scheduleTime: '03:00' },
  ...{ scheduleDays: ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'], scheduleCron: '', scheduleZone: '' },
  ...{ afterDeploy: false, deployDelay: '', expectedHours: '', marginHours: '', removeExpired: true, template: '' },
};

/** What goes in, and where it lies. */
const createPlaces = (home: string): readonly Settings[] => [
  { backupName: '{{plan_name}} of {{instance_name}} {{date}}', template: '{{name}}: {{event_type}}' },
  { nodeRedExclude: '/lib/\n*.log\r\n\n', includeNodeModules: true },
  { nodeRed: false, sources: [{ label: 'data', path: `${home}/data`, exclude: '*.tmp\n/cache/' }] },
  {
    sources: [
      { label: 'data', path: `${home}/data` },
      { label: 'more data', path: `${home}/more`, exclude: null },
    ],
  },
  { folder: 'shape-relative' },
  { folder: ` ${home}/shape-absolute ` },
  { key: 'key-own' },
  { key: 'key-nowhere' },
];

const CREATE_RUNS: readonly Settings[] = [
  { compression: 'gzip', unreadable: 'fail' },
  { compression: 'none', copyDatabases: false },
  { excludeCaches: true, excludeIfPresent: '.nobackup\n.skip' },
  { whenBusy: 'refuse', timeLimit: '90' },
  { timeLimit: 30, deployDelay: 0, expectedHours: 0, marginHours: 2 },
  { planId: ' kept-by-name ' },
  { planId: 7 },
  { schedule: 'daily', scheduleTime: '4:05', scheduleDays: ['sat', 'sun'], scheduleZone: 'Europe/Berlin' },
  { schedule: 'daily', scheduleTime: '15:00', scheduleDays: undefined, scheduleZone: 'Asia/Tokyo' },
  { ...NEVER, scheduleZone: 'America/New_York', marginHours: '0.5' },
  { schedule: 'cron', scheduleCron: '@yearly', scheduleZone: 'UTC' },
  { schedule: 'cron', scheduleCron: ' 0 18 * * 1-5 ', scheduleZone: 'Pacific/Auckland' },
  { expectedHours: '720', marginHours: '' },
  { afterDeploy: true, deployDelay: '3600' },
  { removeExpired: false },
  { name: '', d: true },
];

const create = (home: string): Shaped => ({
  dropped: CREATE_DROPPED,
  changes: [...createPlaces(home), ...CREATE_RUNS],
  bare: [{}, { name: 'Bare', sources: null, compression: '', whenBusy: '', schedule: '', nodeRed: null }],
  outputs: 2,
});

const sftp = (home: string): Shaped => ({
  dropped: {
    ...{ host: '127.0.0.1', port: '9', username: 'backup', keyFile: '', folder: 'backups/{{instance_name}}' },
    ...{ hostKey: FINGERPRINT, sendUnencrypted: false, retryHours: '6', timeout: '60', bandwidth: '', template: '' },
  },
  changes: [
    { port: 9, retryHours: 0, timeout: 5, bandwidth: 500, folder: '/absolute' },
    { host: '${SHAPE_HOST}', username: '${SHAPE_USER}', folder: '~/by environment' },
    { host: ' 127.0.0.1 ', hostKey: `${FINGERPRINT}, ${FINGERPRINT}`, folder: 'two keys', sendUnencrypted: true },
    { folder: '', username: 'other', retryHours: '', timeout: '', bandwidth: '' },
    { keyFile: `${home}/data/a.txt`, folder: 'by key', bandwidth: '250', timeout: '1', template: '{{agent_name}}' },
  ],
  bare: [{ host: '127.0.0.1', port: '9', username: 'bare', hostKey: FINGERPRINT }],
  outputs: 2,
});

const local = (home: string): Shaped => ({
  dropped: { folder: `${home}/shape-disk`, mounted: true, retryHours: '6', template: '' },
  changes: [
    { folder: `${home}/copies`, mounted: false, name: 'Copies by another node' },
    { folder: 'shape-{{instance_name}}', mounted: false, retryHours: 0, template: '{{message}}' },
    { folder: `${home}/shape-old-dialog`, mounted: undefined, retryHours: undefined },
  ],
  bare: [{ folder: `${home}/shape-bare` }],
  outputs: 2,
});

const retention: Shaped = {
  dropped: {
    ...{ mode: 'rules', keepLast: '', keepWithin: '', keepHourly: '', keepWithinHourly: '', keepDaily: '7' },
    ...{ keepWithinDaily: '', keepWeekly: '4', keepWithinWeekly: '', keepMonthly: '6', keepWithinMonthly: '' },
    ...{ keepYearly: '', keepWithinYearly: '', automaticOnly: true, dryRun: false, locations: null, plans: null },
    template: '',
  },
  changes: [
    { locations: ['copies'] },
    { locations: 'copies', plans: 'nightly', keepDaily: 2, keepWeekly: 0, keepMonthly: null },
    { locations: ['copies'], plans: ['nightly', 'sealed', 'no-such-node'], dryRun: true, automaticOnly: false },
    { locations: ['copies', 'nightly'], keepLast: '-1', keepHourly: ' 5 ', keepYearly: '2' },
    { locations: ['copies'], keepWithin: '1y2m3d4h', keepDaily: '', keepWeekly: '', keepMonthly: '' },
    { locations: ['copies'], keepWithinHourly: '12h', keepWithinDaily: '7d', keepWithinWeekly: '1m', keepDaily: '' },
    { locations: ['nightly'], keepWithinMonthly: '6m', keepWithinYearly: '2y', keepDaily: '', keepMonthly: '' },
    { locations: ['copies'], mode: 'expired', template: '{{removed}}' },
    { locations: ['copies'], keepDaily: '', keepWeekly: '', keepMonthly: '' },
    { locations: ['nightly'], plans: ['whole'], keepLast: 1, keepDaily: undefined, keepWeekly: undefined },
  ],
  bare: [{}, { locations: ['copies'], keepLast: 3 }],
  outputs: 2,
};

const verify: Shaped = {
  dropped: { mode: 'verify', locations: null, template: '' },
  changes: [{ mode: 'restore', locations: ['copies', 'nightly'], template: '{{name}}' }, { locations: 'copies' }],
  bare: [{}],
  outputs: 2,
};

const restore: Shaped = {
  dropped: {
    ...{ mode: 'folder', folder: 'restored', paths: '', overwrite: false, useSettings: false, installModules: false },
    ...{ notice: true, locations: null, template: '' },
  },
  changes: [
    {
      folder: '/tmp/{{instance_name}}',
      paths: 'node-red/flows.json\n\n data/ ',
      overwrite: true,
      locations: ['copies'],
    },
    { mode: 'node-red', folder: '', useSettings: true, installModules: true, notice: false },
    { mode: 'undo', folder: '', template: '{{name}}' },
  ],
  bare: [{}, { mode: 'node-red', locations: 'copies' }],
  outputs: 2,
};

const event: Shaped = {
  dropped: {
    ...{ scope: null, stages: true, progress: false, completed: true, failed: true, deleted: true, overdue: true },
    template: '',
  },
  changes: [
    { scope: ['nightly', 'copies'], progress: true, template: '{{message}}' },
    { scope: 'nightly', stages: false, completed: false, failed: false, deleted: false, overdue: false },
    { scope: [], deleted: undefined, overdue: undefined },
  ],
  bare: [{}],
  outputs: 1,
};

const hook: Shaped = {
  dropped: { when: 'before', scope: ['no-such-node'], onFailure: 'fail', timeout: '300', priority: '10' },
  changes: [
    { when: 'after', onFailure: 'go_on', timeout: '86400', priority: '-5' },
    { timeout: 30, priority: 0, onFailure: undefined },
    { timeout: '', priority: '', scope: 'no-such-node' },
    { scope: null, d: true },
  ],
  bare: [{ scope: [] }],
  outputs: 1,
};

const status: Shaped = {
  dropped: { onChange: false, format: 'status' },
  changes: [{ onChange: true }, { format: 'prometheus' }, { format: 'diagnostics' }, { format: undefined }],
  bare: [{}],
  outputs: 1,
};

const goOn: Shaped = {
  dropped: { answer: 'auto' },
  changes: [{ answer: 'success' }, { answer: 'failure' }],
  bare: [{}],
  outputs: 0,
};

/** Config nodes. */
function keyShapes(recipient: string): FlowNode[] {
  const type = 'backup-key';
  return [
    { id: 'key-of-others', type, name: 'Of others', kind: 'recipient', recipient: `${recipient},\n ${recipient}` },
    { id: 'key-by-hand', type, kind: 'recipient', recipient },
  ];
}

/** In a subflow, lists of nodes mean those of the same instance. */
function subflow(home: string): FlowNode[] {
  const inside = { z: 'shape-sub', x: 200, y: 100 };
  const place = { folder: `${home}/shape-sub`, mounted: false, retryHours: '6', template: '' };
  return [
    { id: 'shape-sub', type: 'subflow', name: 'Backup of a site', info: '', in: [], out: [], env: [] },
    {
      id: 'sub-create',
      type: 'backup-create',
      ...inside,
      ...create(home).dropped,
      name: 'Inside',
      wires: [['sub-local'], []],
    },
    { id: 'sub-local', type: 'agent-local', ...inside, ...place, name: 'Place inside', wires: [['sub-thin'], []] },
    {
      id: 'sub-thin',
      type: 'retention',
      ...inside,
      ...retention.dropped,
      locations: ['sub-local'],
      plans: ['sub-create'],
      wires: [[], []],
    },
    { id: 'sub-event', type: 'backup-event', ...inside, ...event.dropped, scope: ['sub-create'], wires: [[]] },
    { id: 'shape-one', type: 'subflow:shape-sub', z: 'shapes', name: 'One', x: 700, y: 100, wires: [] },
  ];
}

/** By node id. */
export const SHAPE_SECRETS: Readonly<Record<string, object>> = {
  ...Object.fromEntries([0, 1, 2, 3, 6].map((row) => [`shape-agent-sftp-${String(row)}`, { password: 'p' }])),
  'shape-agent-sftp-4': { privateKey: 'a key', passphrase: 'its passphrase' },
};

export function shapesFlow(home: string, recipient: string): FlowNode[] {
  const shaped: Readonly<Record<string, Shaped>> = {
    ...{ 'backup-create': create(home), 'agent-sftp': sftp(home), 'agent-local': local(home), retention },
    ...{ 'backup-verify': verify, 'backup-restore': restore, 'backup-event': event, 'backup-hook': hook },
    ...{ 'backup-status': status, 'backup-continue': goOn },
  };
  const env = ['SHAPE_HOST', 'SHAPE_USER'].map((name) => ({ name, type: 'str', value: '127.0.0.1' }));
  const tab = { id: 'shapes', type: 'tab', label: 'Shapes', disabled: false, info: '', env };
  return [tab, ...keyShapes(recipient), ...Object.entries(shaped).flatMap(nodesOf), ...subflow(home)];
}

function nodesOf([type, { dropped, changes, bare, outputs }]: readonly [string, Shaped], column: number): FlowNode[] {
  const whole = [{}, ...changes].map((change) => ({ name: '', ...dropped, ...change }));
  return [...whole, ...bare].map((settings, row) => ({
    ...{ id: `shape-${type}-${String(row)}`, type, z: 'shapes' },
    ...settings,
    ...{ x: 100 + column * 200, y: 40 + row * 40, wires: Array.from({ length: outputs }, () => []) },
  }));
}

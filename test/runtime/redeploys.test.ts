import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isLongRun, recordFigure, tellProgress } from '../helpers/figures.ts';
import { createNode, tab, teller, VERSIONS, type FlowNode } from '../helpers/node-red.ts';
import { oneNodeRed } from '../helpers/one-node-red.ts';
import { untilSo } from '../helpers/pass-time.ts';

const DEPLOYS = isLongRun ? 1000 : 40;
/** After as many, all that is made once has been made. */
const WARM_UP = 10;
const TYPES = ['full', 'flows', 'nodes'] as const;
/** A message that is between two nodes is lost in a deploy: that is Node-RED's own, so what is sent is counted, not what arrives. */
const ON_ITS_WAY_MS = 20;
/** What Node-RED itself may take and give back meanwhile. */
const SLACK_BYTES = 24 * 1024 * 1024;
const NODE_RED = VERSIONS['Node-RED 5'] ?? '';

interface Probe {
  readonly listeners: Readonly<Record<string, number>>;
  readonly resources: Readonly<Record<string, number>>;
  readonly heap: number;
}

/** Tells the number of each message that backup-create sends to what is wired behind it. */
const WATCH = `watch: () => {
  const { hooks } = require(${JSON.stringify(join(NODE_RED, 'lib', 'red.js'))});
  if (hooks.has('onSend.redeploys')) return;
  hooks.add('onSend.redeploys', (events) => {
    for (const { msg, source, destination } of events)
      if (source.id === 'create' && destination.id === 'result') global.console.log('TOLD ' + JSON.stringify({ tag: 'sent', msg: { n: msg.n } }));
  });
},`;

/** Counts what a leak would make grow: listeners on Node-RED's emitter, open handles by kind, and the heap after a collection. */
const PROBE = `probe: () => {
  const { events } = require(${JSON.stringify(join(NODE_RED, 'lib', 'red.js'))});
  const count = (list) => list.reduce((all, each) => ({ ...all, [each]: (all[each] || 0) + 1 }), {});
  const listeners = Object.fromEntries(events.eventNames().map((name) => [String(name), events.listenerCount(name)]));
  const kinds = process.getActiveResourcesInfo().filter((kind) => !/Timeout|Immediate|TCP|FSReq/.test(kind));
  if (global.gc) global.gc();
  return { listeners, resources: count(kinds), heap: process.memoryUsage().heapUsed };
},`;

describe('redeploys during jobs in a real Node-RED', function () {
  this.timeout(3_600_000);
  const { folder, start } = oneNodeRed(NODE_RED);

  const flows = (round: number): FlowNode[] => {
    const source = { label: 'data', path: join(folder(), 'data'), exclude: '' };
    // Each deploy changes every node of ours, so that all are made anew.
    const create = createNode({
      nodeRed: false,
      sources: [source],
      template: `round ${String(round)}`,
      schedule: 'daily',
      scheduleTime: '03:00',
      afterDeploy: true,
      deployDelay: '3600',
      wires: [['result', 'disk'], []],
    });
    const at = { z: 'tab', x: 50, y: 100 };
    const disk = {
      folder: join(folder(), 'disk'),
      mounted: false,
      retryHours: '0',
      template: `round ${String(round)}`,
    };
    return [
      tab,
      create,
      { id: 'in', type: 'http in', method: 'get', url: '/go', wires: [['number', 'out']], ...at },
      {
        id: 'number',
        type: 'function',
        func: `global.get('watch')(); return { n: msg.req.query.n };`,
        outputs: 1,
        wires: [['create']],
        ...at,
      },
      { id: 'out', type: 'http response', statusCode: '202', wires: [], ...at },
      { id: 'look', type: 'http in', method: 'get', url: '/probe', wires: [['probe']], ...at },
      {
        id: 'probe',
        type: 'function',
        func: `msg.payload = global.get('probe')(); return msg;`,
        outputs: 1,
        wires: [['answer']],
        ...at,
      },
      { id: 'answer', type: 'http response', statusCode: '200', wires: [], ...at },
      { id: 'disk', type: 'agent-local', name: 'disk', ...disk, wires: [['copied'], []], ...at },
      {
        id: 'event',
        type: 'backup-event',
        scope: null,
        stages: false,
        template: `round ${String(round)}`,
        wires: [['told']],
        ...at,
      },
      { id: 'status', type: 'backup-status', onChange: true, name: `round ${String(round)}`, wires: [[]], ...at },
      { id: 'catch', type: 'catch', scope: null, wires: [['caught']], ...at },
      ...['result', 'copied', 'told', 'caught'].map((tag) => ({
        ...teller(tag, tag),
        func: `global.get('tell')('${tag}', { n: msg.n, payload: { event_type: msg.payload?.event_type, error: msg.error?.message } });`,
      })),
    ];
  };

  it('leave nothing behind, and each job has one result', async () => {
    mkdirSync(join(folder(), 'data'), { recursive: true });
    writeFileSync(join(folder(), 'data', 'a.txt'), 'round after round');
    const node = await start(flows(0), {
      nodeArguments: ['--expose-gc'],
      settings: `functionGlobalContext: {
        tell: (tag, msg) => console.log('TOLD ' + JSON.stringify({ tag, msg })),
        ${PROBE}
        ${WATCH}
      },`,
    });
    const probe = async (): Promise<Probe> =>
      (await fetch(new URL('probe', node.running.url))).json() as Promise<Probe>;
    const starts = (): number => [...node.running.output().matchAll(/Started (modified )?(flows|nodes)/g)].length;
    const settled = async (jobs: number): Promise<void> => {
      await node.heard('sent', () => node.told('sent').length >= jobs);
      await new Promise((resolve) => setTimeout(resolve, 2000));
    };
    let before: Probe | null = null;
    for (let round = 1; round <= DEPLOYS + WARM_UP; round++) {
      tellProgress(`deploy ${String(round)} of ${String(DEPLOYS + WARM_UP)}`);
      await fetch(new URL(`go?n=${String(round)}`, node.running.url));
      await new Promise((resolve) => setTimeout(resolve, ON_ITS_WAY_MS));
      await node.deploy(flows(round), TYPES[round % TYPES.length] ?? 'full');
      // The answer to a deploy comes before its nodes are there.
      await untilSo(() => starts() > round, `start ${String(round)}`);
      if (round !== WARM_UP) continue;
      await settled(round);
      before = await probe();
    }
    const jobs = DEPLOYS + WARM_UP;
    await settled(jobs);
    const after = await probe();
    const numbers = node.told('sent').map(({ n }) => Number(n));
    assert.deepEqual(
      [...numbers].sort((a, b) => a - b),
      Array.from({ length: jobs }, (_, i) => i + 1),
      'one result each',
    );
    assert.deepEqual(node.told('caught'), []);
    assert.doesNotMatch(node.running.output(), /\[error\]/);
    assert.ok(before !== null);
    assert.deepEqual(after.listeners, before.listeners);
    assert.deepEqual(after.resources, before.resources);
    const grown = after.heap - before.heap;
    assert.ok(grown < SLACK_BYTES, `the heap grew by ${String(grown)} bytes`);
    recordFigure(
      'redeploys during jobs: no leak, one result for each job',
      `${String(DEPLOYS)}, heap ${String(Math.round(grown / 1024))} KiB more`,
    );
  });
});

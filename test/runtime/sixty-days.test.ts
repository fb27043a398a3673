import assert from 'node:assert/strict';
import { tellProgress } from '../helpers/figures.ts';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { MovedClock } from '../helpers/moved-clock.ts';
import { createNode, tab, teller, TestNodeRed, type FlowNode } from '../helpers/node-red.ts';
import { retentionNode } from '../helpers/retention-node.ts';
import { SshServer } from '../helpers/ssh-server.ts';
import { tempFolder } from '../helpers/temp-folder.ts';

/** Nights at 3:00 in Berlin from 26 September on: the clocks go back on 25 October. */
const NIGHTS = 60;
const RESTART_AT = 31;
const TELLERS = ['thinned-here', 'thinned-disk', 'thinned-nas'] as const;

function night(number: number): string {
  const day = new Date(Date.UTC(2026, 8, 26 + number)).toISOString().slice(0, 10);
  return `${day}T03:00:00${day >= '2026-10-25' ? '+01:00' : '+02:00'}`;
}

/** The days of the backups in a folder, each with its archive and its sidecar, oldest first. */
function daysIn(folder: string): string[] {
  const names = readdirSync(folder).filter((name) => /^\d{8}T/.test(name));
  const sidecars = names.filter((name) => name.endsWith('.json')).sort();
  const archives = names.filter((name) => !name.endsWith('.json')).sort();
  assert.deepEqual(
    archives.map((name) => name.split('.')[0]),
    sidecars.map((name) => name.split('.')[0]),
    'an archive for each sidecar',
  );
  return sidecars.map((name) => `${name.slice(4, 6)}-${name.slice(6, 8)}`);
}

describe('sixty days of a real Node-RED, its clock moved from outside', function () {
  this.timeout(3_600_000);
  const folder = tempFolder();

  it('end with exactly the right files in its own folder, on a disk and on a server', async () => {
    const server = await SshServer.start();
    const clock = new MovedClock(folder());
    const start = async (): Promise<TestNodeRed> =>
      TestNodeRed.start({
        userDir: join(folder(), 'user'),
        flows: flowsFor(folder(), server),
        env: { ...clock.env, TZ: 'Europe/Berlin' },
      });
    clock.set(night(0));
    let red = await start();
    try {
      for (let number = 0; number < NIGHTS; number++) {
        tellProgress(`night ${String(number + 1)} of ${String(NIGHTS)}`);
        clock.set(night(number));
        if (number === RESTART_AT) {
          await red.stop();
          red = await start();
        }
        const before = number >= RESTART_AT ? RESTART_AT : 0;
        writeFileSync(join(folder(), 'data', 'a.txt'), `It is night ${number}.`.padEnd(1000));
        await red.post('inject/run');
        for (const tag of TELLERS) await red.heard(tag, () => red.told(tag).length > number - before);
        const ends = TELLERS.map((tag) => red.told(tag).at(-1)?.payload ?? {});
        for (const { failed, held, errors } of ends)
          assert.deepEqual([failed, held, errors], [0, 0, {}], night(number));
      }
      assert.deepEqual(red.told('caught'), []);
    } finally {
      await red.stop('SIGKILL');
      await server.stop();
    }
    const week = ['11-18', '11-19', '11-20', '11-21', '11-22', '11-23', '11-24'];
    assert.deepEqual(daysIn(join(folder(), 'user', 'backups')), ['11-23', '11-24']);
    assert.deepEqual(daysIn(join(folder(), 'disk', hostname())), ['11-14', '11-15', '11-16', '11-17', ...week]);
    assert.deepEqual(daysIn(join(folder(), 'nas')), ['09-26', '09-30', '10-31', '11-08', '11-15', ...week]);
  });
});

function flowsFor(folder: string, server: SshServer): FlowNode[] {
  const data = join(folder, 'data');
  mkdirSync(data, { recursive: true });
  const { host, port, username } = server.settings(join(folder, 'nas'));
  const agent = { z: 'tab', x: 300, y: 200, retryHours: '0', template: '' };
  return [
    tab,
    { id: 'run', type: 'inject', z: 'tab', props: [], wires: [['create']], x: 50, y: 100 },
    createNode({
      nodeRed: false,
      sources: [{ label: 'data', path: data, exclude: '' }],
      wires: [['here', 'disk', 'nas'], []],
    }),
    retentionNode('here', { keepLast: '2', wires: [['thinned-here'], []] }),
    {
      ...agent,
      id: 'disk',
      type: 'agent-local',
      name: 'disk',
      folder: join(folder, 'disk', '{{instance_name}}'),
      mounted: false,
      wires: [['disk-rules'], []],
    },
    retentionNode('disk-rules', { keepWithin: '10d12h', wires: [['thinned-disk'], []] }),
    {
      ...agent,
      id: 'nas',
      type: 'agent-sftp',
      name: 'nas',
      host,
      port: String(port),
      username,
      keyFile: server.userKey,
      folder: join(folder, 'nas'),
      hostKey: server.fingerprint,
      sendUnencrypted: true,
      timeout: '60',
      bandwidth: '',
      wires: [['nas-rules'], []],
    },
    retentionNode('nas-rules', { keepDaily: '7', keepWeekly: '4', keepMonthly: '6', wires: [['thinned-nas'], []] }),
    { id: 'catch', type: 'catch', z: 'tab', scope: null, wires: [['caught']], x: 50, y: 300 },
    ...[...TELLERS, 'caught'].map((tag) => teller(tag, tag)),
  ];
}

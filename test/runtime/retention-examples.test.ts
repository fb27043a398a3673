import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import type { BackupRecord } from '../../src/index.ts';
import { MovedClock } from '../helpers/moved-clock.ts';
import { TestNodeRed, VERSIONS, type FlowNode } from '../helpers/node-red.ts';
import { tempFolder } from '../helpers/temp-folder.ts';

const EXAMPLES = join(import.meta.dirname, '..', '..', 'examples');

for (const [version, nodeRed] of Object.entries(VERSIONS)) {
  describe(`the examples of retention in a real ${version}`, function () {
    this.timeout(120_000);
    const folder = tempFolder();
    let red: TestNodeRed | null = null;
    let clock: MovedClock;

    afterEach(async () => {
      await red?.stop('SIGKILL');
      red = null;
    });

    const disk = (): string => join(folder(), 'disk', hostname());
    const here = (): string => join(folder(), 'user', 'backups');

    /** Loads an example with its disk in a folder of the test, and its debug nodes telling what they get. */
    async function start(file: string, time: string): Promise<TestNodeRed> {
      const nodes = JSON.parse(readFileSync(join(EXAMPLES, file), 'utf8')) as FlowNode[];
      const flows = nodes.map((node): FlowNode => {
        if (node.type === 'agent-local')
          return { ...node, folder: join(folder(), 'disk', '{{instance_name}}'), mounted: false };
        if (node.type !== 'debug') return node;
        return { ...node, type: 'function', func: `global.get('tell')('said', msg);`, outputs: 0 };
      });
      clock = new MovedClock(folder());
      clock.set(time);
      red = await TestNodeRed.start({
        userDir: join(folder(), 'user'),
        flows,
        nodeRed,
        env: { ...clock.env, TZ: 'UTC' },
      });
      return red;
    }

    const records = (place: string): BackupRecord[] =>
      readdirSync(place)
        .filter((name) => /^\d{8}T.*\.json$/.test(name))
        .sort()
        .map((name) => JSON.parse(readFileSync(join(place, name), 'utf8')) as BackupRecord);

    it('“Generations” keeps two on the card and more on the disk', async () => {
      const node = await start('07 - Generations.json', '2026-11-20T03:00:00Z');
      for (let night = 0; night < 3; night++) {
        clock.set(`2026-11-${String(20 + night)}T03:00:00Z`);
        await node.post('inject/nk07inject000001');
        await node.heard('said', () => node.told('said').length >= 2 * (night + 1));
      }
      assert.deepEqual([records(here()).length, records(disk()).length], [2, 3]);
      await node.post('inject/nk07ack000000001');
      const last = await node.heard('said', (message) => message['acknowledge'] === true);
      assert.deepEqual([last.payload['kept'], last.payload['held']], [3, 0]);
    });

    it("“Auto Backup's scheme” gives each backup its own life, here and on the disk", async () => {
      const node = await start("08 - Auto Backup's scheme.json", '2026-11-20T02:30:00Z');
      const days = ['11-20', '11-23', '11-29', '12-01', '12-02'];
      for (const [index, day] of days.entries()) {
        clock.set(`2026-${day}T02:30:00Z`);
        await node.post('inject/nk08inject000001');
        await node.heard('said', () => node.told('said').length > index);
      }
      clock.set('2027-01-01T02:30:00Z');
      await node.post('inject/nk08inject000001');
      await node.heard('said', () => node.told('said').length > days.length);
      const kept = (place: string): string[] =>
        records(place).map(
          ({ date, name, expires }) =>
            `${date.slice(5, 10)} ${name.split(':')[0] ?? ''} ${String(expires).slice(0, 10)}`,
        );
      const wanted = ['12-01 MonthlyBackup 2027-12-01', '01-01 YearlyBackup null'];
      assert.deepEqual(kept(disk()), wanted);
      // That is done beside the copy.
      const deadline = performance.now() + 20_000;
      while (kept(here()).length > 2 && performance.now() < deadline) await new Promise((go) => setTimeout(go, 20));
      assert.deepEqual(kept(here()), wanted);
      await node.post('inject/nk08now000000001');
      const { payload } = await node.heard('said', ({ payload }) => (payload['locations'] as object[]).length === 2);
      assert.deepEqual([payload['removed'], payload['errors']], [0, {}]);
    });
  });
}

import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import type { BackupRecord } from '../../src/index.ts';
import { exampleFlows, onDisk, SAID } from '../helpers/examples.ts';
import { MovedClock } from '../helpers/moved-clock.ts';
import { VERSIONS, type TestNodeRed } from '../helpers/node-red.ts';
import { oneNodeRed } from '../helpers/one-node-red.ts';
import { untilSo } from '../helpers/pass-time.ts';

for (const [version, nodeRed] of Object.entries(VERSIONS)) {
  describe(`the examples of retention in a real ${version}`, function () {
    const { folder, userDir, start } = oneNodeRed(nodeRed);
    let clock: MovedClock;

    const disk = (): string => join(folder(), 'disk', hostname());
    const here = (): string => join(userDir(), 'backups');

    function load(file: string, time: string): Promise<TestNodeRed> {
      clock = new MovedClock(folder());
      clock.set(time);
      return start(exampleFlows(file, onDisk(folder())), { env: { ...clock.env, TZ: 'UTC' } });
    }

    const records = (place: string): BackupRecord[] =>
      readdirSync(place)
        .filter((name) => /^\d{8}T.*\.json$/.test(name))
        .sort()
        .map((name) => JSON.parse(readFileSync(join(place, name), 'utf8')) as BackupRecord);

    it('“Generations” keeps two on the card and more on the disk', async () => {
      const node = await load('07 - Generations.json', '2026-11-20T03:00:00Z');
      for (let night = 0; night < 3; night++) {
        clock.set(`2026-11-${String(20 + night)}T03:00:00Z`);
        await node.post('inject/nk07inject000001');
        await node.heard(SAID, () => node.told(SAID).length >= 2 * (night + 1));
      }
      assert.deepEqual([records(here()).length, records(disk()).length], [2, 3]);
      await node.post('inject/nk07ack000000001');
      const last = await node.heard(SAID, (message) => message['acknowledge'] === true);
      assert.deepEqual([last.payload['kept'], last.payload['held']], [3, 0]);
    });

    it("“Auto Backup's scheme” gives each backup its own life, here and on the disk", async () => {
      const node = await load("08 - Auto Backup's scheme.json", '2026-11-20T02:30:00Z');
      const days = ['11-20', '11-23', '11-29', '12-01', '12-02'];
      for (const [index, day] of days.entries()) {
        clock.set(`2026-${day}T02:30:00Z`);
        await node.post('inject/nk08inject000001');
        await node.heard(SAID, () => node.told(SAID).length > index);
      }
      clock.set('2027-01-01T02:30:00Z');
      await node.post('inject/nk08inject000001');
      await node.heard(SAID, () => node.told(SAID).length > days.length);
      const kept = (place: string): string[] =>
        records(place).map(
          ({ date, name, expires }) =>
            `${date.slice(5, 10)} ${name.split(':')[0] ?? ''} ${String(expires).slice(0, 10)}`,
        );
      const wanted = ['12-01 MonthlyBackup 2027-12-01', '01-01 YearlyBackup null'];
      assert.deepEqual(kept(disk()), wanted);
      // That is done beside the copy.
      await untilSo(() => kept(here()).length <= 2, 'two are left here');
      assert.deepEqual(kept(here()), wanted);
      await node.post('inject/nk08now000000001');
      const { payload } = await node.heard(SAID, ({ payload }) => (payload['locations'] as object[]).length === 2);
      assert.deepEqual([payload['removed'], payload['errors']], [0, {}]);
    });
  });
}

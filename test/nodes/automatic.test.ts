import assert from 'node:assert/strict';
import { join } from 'node:path';
import { heardFlow, smallCreate } from '../helpers/backup-nodes.ts';
import { nodeHost } from '../helpers/node-host.ts';
import type { FlowNode } from '../helpers/node-red.ts';
import { untilSo } from '../helpers/pass-time.ts';
import { tempFolder } from '../helpers/temp-folder.ts';

const MESSAGES = 10_000;
/** On a machine that is busy with other things; else it takes some seconds. */
const LONG_MS = 150_000;
const preview = '/backup/schedule/preview';

describe('backup-create by itself', function () {
  const host = nodeHost();
  const folder = tempFolder();
  const comment = (name: string): FlowNode => ({ id: 'note', type: 'helper', z: 'tab', name, x: 1, y: 1, wires: [] });

  describe('in its dialog', () => {
    beforeEach(() => host.load(heardFlow(smallCreate(folder()))));

    it('shows the next five runs of a time on chosen days', async () => {
      const asked = { schedule: 'daily', scheduleTime: '03:05', scheduleDays: ['mon'], scheduleZone: 'Asia/Tokyo' };
      const { status, body } = await host.ask(preview, asked);
      assert.equal(status, 200);
      assert.equal(body['zone'], 'Asia/Tokyo');
      const runs = body['runs'] as string[];
      assert.equal(runs.length, 5);
      for (const run of runs) assert.match(run, /^Mon \d{4}-\d\d-\d\d 03:05$/);
    });

    for (const [asked, wrong] of [
      [{ schedule: 'cron', scheduleCron: '0 25 * * *' }, /Part 2 of the cron line, the hour, is "25"/],
      [{ schedule: 'cron', scheduleCron: '0 3 31 2 *' }, /there is no such date/],
      [{ schedule: 'daily', scheduleDays: [] }, /No day of the week/],
      [{ schedule: 'cron', scheduleCron: '0 3 * * *', scheduleZone: 'Mars/Base' }, /"Mars\/Base" is not known/],
      [{ schedule: 'sometimes' }, /none of none, daily and cron/],
      [{ schedule: { toString: 1 }, scheduleDays: 'mon' }, null],
    ] as const) {
      it(`answers ${JSON.stringify(asked)} with what is wrong`, async () => {
        const { status, body } = await host.ask(preview, asked);
        assert.equal(status, 200);
        if (wrong === null) assert.deepEqual(body['runs'], []);
        else assert.match(String(body['wrong']), wrong);
      });
    }
  });

  it('shows when it is due next, before and after the first backup', async () => {
    // Other tests have made backups of the plan that is named after the node.
    const fresh = { schedule: 'daily', scheduleTime: '03:00', planId: 'never-ran' };
    await host.load(heardFlow(smallCreate(folder(), fresh)));
    await host.shows('create', 'grey', 0);
    assert.match(String(host.statuses('create').at(-1)?.text), /^next \d\d-\d\d 03:00$/);
    host.send('create', {});
    await host.hear('made');
    await host.shows('create', 'green', 0);
    assert.match(String(host.statuses('create').at(-1)?.text), / · next \d\d-\d\d 03:00$/);
  });

  it('says that its schedule is none, and makes backups for messages all the same', async () => {
    await host.load(heardFlow(smallCreate(folder(), { schedule: 'cron', scheduleCron: '0 3 * *' })));
    host.send('create', {});
    await host.hear('made');
    assert.match(
      host
        .said('create', 'error')
        .map(({ message }) => message)
        .join(),
      /has 4 parts, not five/,
    );
  });

  it('makes one backup after deploys that change something, named after the tabs', async () => {
    const create = smallCreate(folder(), {
      afterDeploy: true,
      deployDelay: '0.2',
      backupName: 'After {{changed_tabs}}',
    });
    await host.load(heardFlow(create, comment('1')));
    await host.deploy(heardFlow(create, comment('2')));
    await host.deploy(heardFlow(create, comment('3')), 'nodes');
    await host.deploy([...heardFlow(create, comment('3')), { id: 'garden', type: 'tab', label: 'Garden' }]);
    const made = await host.hear('made');
    assert.equal(made.topic, 'backup/deploy');
    assert.deepEqual(made['changed_tabs'], ['test', 'Garden']);
    assert.equal(made.payload['name'], 'After test, Garden');
    assert.equal(made.payload['automatic'], true);
    await host.deploy([...heardFlow(create, comment('3')), { id: 'garden', type: 'tab', label: 'Garden' }]);
    await new Promise((resolve) => setTimeout(resolve, 600));
    assert.equal(host.heard('made').length, 1, 'not for a deploy that changes nothing');
  });

  it('does not make a backup when it is deleted before the quiet moment', async () => {
    const create = smallCreate(folder(), { afterDeploy: true, deployDelay: '0.2' });
    await host.load(heardFlow(create, comment('1')));
    await host.deploy(heardFlow(create, comment('2')));
    await host.deploy(heardFlow(comment('3')));
    await new Promise((resolve) => setTimeout(resolve, 500));
    assert.deepEqual(host.heard('made'), []);
  });

  it('takes 10,000 messages at once: one runs, one waits, and each gets its result', async () => {
    await host.load(heardFlow(smallCreate(folder())));
    for (let n = 0; n < MESSAGES; n++) host.send('create', { n });
    await untilSo(() => host.heard('made').length >= MESSAGES, 'each message has its result', LONG_MS);
    const numbers = new Set(host.heard('made').map(({ n }) => n));
    assert.equal(numbers.size, MESSAGES);
    assert.equal(host.heard('made').length, MESSAGES);
    const ids = new Set(host.heard('made').map(({ payload }) => payload['backup_id']));
    assert.ok(ids.size <= 3, `${String(ids.size)} backups`);
    assert.deepEqual(host.heard('caught'), []);
  });

  it('marks what makes up for a missed run as late in its events, and sends its result once', async () => {
    const event = { id: 'event', type: 'backup-event', z: 'tab', x: 1, y: 1, wires: [['told']] };
    await host.load(heardFlow(smallCreate(folder(), { wires: [['made'], ['copied']] }), event));
    host.send('create', { topic: 'backup/schedule', late: true });
    const told = await host.hear('told', ({ payload }) => payload['event_type'] === 'completed');
    assert.equal(told.payload['late'], true);
    await host.hear('made');
    await new Promise((resolve) => setTimeout(resolve, 100));
    assert.equal(host.heard('made').length, 1);
    assert.equal(host.heard('made')[0]?.['late'], true);
    assert.equal(
      host.heard('made')[0]?.['filename'],
      join(folder(), 'backups', String(told.payload['backup'] && (told.payload['backup'] as { file: string }).file)),
    );
  });
});

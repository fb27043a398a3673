import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { closeSync, existsSync, ftruncateSync, mkdirSync, openSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { exampleFlows } from '../helpers/examples.ts';
import { MovedClock } from '../helpers/moved-clock.ts';
import { createNode, tab, teller, VERSIONS, type FlowNode, type TestNodeRed } from '../helpers/node-red.ts';
import { oneNodeRed } from '../helpers/one-node-red.ts';
import { untilSo } from '../helpers/pass-time.ts';

/** Zeros: nothing on disk, and seconds of work. */
const LARGE_BYTES = 2 * 1024 ** 3;

for (const [version, nodeRed] of Object.entries(VERSIONS)) {
  describe(`in a real ${version}`, function () {
    const { folder, userDir, start } = oneNodeRed(nodeRed);
    const inject: FlowNode = { id: 'inject', type: 'inject', z: 'tab', props: [], x: 50, y: 100, wires: [['create']] };
    const catcher: FlowNode = { id: 'catch', type: 'catch', z: 'tab', scope: null, x: 50, y: 200, wires: [['caught']] };
    const anyEvent: FlowNode = {
      id: 'event',
      type: 'backup-event',
      z: 'tab',
      scope: null,
      stages: true,
      progress: false,
      completed: true,
      failed: true,
      template: '',
      x: 50,
      y: 300,
      wires: [['told']],
    };
    const status: FlowNode = {
      id: 'status',
      type: 'backup-status',
      z: 'tab',
      onChange: false,
      x: 50,
      y: 400,
      wires: [['state']],
    };
    const ask: FlowNode = { id: 'ask', type: 'inject', z: 'tab', props: [], x: 20, y: 400, wires: [['status']] };
    const flowOf = (create: FlowNode): FlowNode[] => [
      tab,
      inject,
      create,
      catcher,
      anyEvent,
      ask,
      status,
      teller('result', 'result'),
      teller('events', 'events'),
      teller('caught', 'caught'),
      teller('told', 'told'),
      teller('state', 'state'),
    ];
    const large = (bytes = LARGE_BYTES): Record<string, unknown> => {
      const path = join(folder(), 'large');
      mkdirSync(path, { recursive: true });
      const fd = openSync(join(path, 'zeros'), 'w');
      ftruncateSync(fd, bytes);
      closeSync(fd);
      return { nodeRed: false, sources: [{ label: 'large', path, exclude: '' }] };
    };
    const fire = async (node: TestNodeRed): Promise<void> => {
      assert.equal((await node.post('inject/inject')).status, 200);
    };
    const reading = (msg: { payload: Record<string, unknown> }): boolean => msg.payload['backup_stage'] === 'archive';
    const backups = (): string[] => {
      const path = join(userDir(), 'backups');
      return existsSync(path) ? readdirSync(path) : [];
    };
    const partials = (): string[] => backups().filter((name) => name.startsWith('.nightkeep-partial'));
    /** An archive is being written. */
    const underWay = (): Promise<void> => untilSo(() => partials().length > 0, 'an archive is written');

    it('backs up the user directory with no setting touched, and says so everywhere', async () => {
      const node = await start(flowOf(createNode({})));
      await fire(node);
      const result = await node.heard('result');
      const record = result['backup'] as { backup_id: string; file: string; contains_secrets: boolean };
      assert.deepEqual(result.payload, record);
      assert.equal(result['filename'], join(userDir(), 'backups', record.file));
      assert.ok(record.contains_secrets);
      const done = await node.heard('events', (msg) => msg.payload['event_type'] === 'completed');
      assert.equal(done.topic, 'backup/create_backup/completed');
      assert.match(String(done.payload['message']), /^Automatic backup completed: /);
      await node.heard('told', reading);
      await node.post('inject/ask');
      const state = await node.heard('state');
      assert.equal(state.payload['manager_state'], 'idle');
      assert.ok(typeof state.payload['last_completed_automatic_backup'] === 'string');
      assert.deepEqual(
        (state.payload['backups'] as { backup_id: string }[]).map(({ backup_id }) => backup_id),
        [record.backup_id],
      );
      const names = execFileSync('sh', ['-c', `zstd -dc '${result['filename']}' | tar -tf -`], {
        encoding: 'utf8',
      });
      for (const name of ['flows.json', 'settings.js', '.config.runtime.json'])
        assert.match(names, new RegExp(`^node-red/${name}$`, 'm'));
      const secret = execFileSync(
        'sh',
        ['-c', `zstd -dc '${result['filename']}' | tar -xO node-red-outside/credential-secret.json`],
        { encoding: 'utf8' },
      );
      const kept = JSON.parse(readFileSync(join(userDir(), '.config.runtime.json'), 'utf8')) as Record<string, unknown>;
      assert.deepEqual(JSON.parse(secret), { from: 'runtime', credential_secret: kept['_credentialSecret'] });
      assert.doesNotMatch(names, /node_modules|\.nightkeep|node-red\/backups\//);
    });

    it('gives the reason of a failure to Catch, to output 2 and to backup-event', async () => {
      const node = await start(flowOf(createNode({ sources: [{ label: 'gone', path: '/not/there', exclude: '' }] })));
      await fire(node);
      const caught = await node.heard('caught');
      assert.equal((caught['error'] as { code?: string }).code, 'source_not_found');
      const event = await node.heard('events', (msg) => msg.payload['event_type'] === 'failed');
      assert.equal(event.payload['failed_reason'], 'source_not_found');
      assert.match(
        String(event.payload['message']),
        /^Automatic backup failed due to source_not_found \(.*\/not\/there/,
      );
      await node.heard('told', (msg) => msg.payload['failed_reason'] === 'source_not_found');
      assert.deepEqual(node.told('result'), []);
    });

    it('goes on with a backup while its node is deployed again, and sends the result from the new one', async () => {
      const flows = flowOf(createNode(large(LARGE_BYTES / 8)));
      const node = await start(flows);
      await fire(node);
      await underWay();
      await node.deploy(flows.map((one) => (one.id === 'create' ? { ...one, name: 'renamed' } : one)));
      const result = await node.heard('result');
      assert.equal((result['backup'] as { plan_name: string }).plan_name, 'nightly', 'with the settings it began with');
      assert.deepEqual(node.told('caught'), []);
    });

    it('cancels a backup whose node is deleted', async () => {
      const flows = flowOf(createNode(large()));
      const node = await start(flows);
      await fire(node);
      await underWay();
      await node.deploy(flows.filter(({ id }) => id !== 'create'));
      await node.heard('told', (msg) => msg.payload['failed_reason'] === 'canceled');
      assert.deepEqual(partials(), []);
    });

    it('cancels a backup by msg.cancel', async () => {
      const stop: FlowNode = {
        id: 'stop',
        type: 'inject',
        z: 'tab',
        props: [{ p: 'cancel', v: 'true', vt: 'bool' }],
        x: 50,
        y: 150,
        wires: [['create']],
      };
      const node = await start([...flowOf(createNode(large())), stop]);
      await fire(node);
      await underWay();
      await node.post('inject/stop');
      const caught = await node.heard('caught');
      assert.equal((caught['error'] as { code?: string }).code, 'canceled');
      assert.deepEqual(partials(), []);
    });

    it('tells of a backup that a kill interrupted, and the next one works', async () => {
      const flows = flowOf(createNode(large()));
      const first = await start(flows);
      await fire(first);
      await first.heard(
        'events',
        (msg) => Number((msg.payload['progress'] as { percent?: number } | null)?.percent) > 1,
      );
      assert.notDeepEqual(partials(), []);
      await first.stop('SIGKILL');
      const second = await start(flowOf(createNode({})));
      const event = await second.heard('told', (msg) => msg.payload['failed_reason'] === 'interrupted');
      assert.equal(event.payload['plan_name'], 'nightly');
      assert.deepEqual(partials(), []);
      await fire(second);
      await second.heard('result');
    });

    it('runs the shipped example when it is 3:00', async () => {
      const clock = new MovedClock(folder());
      clock.set('2026-11-20T02:59:50Z');
      await start(exampleFlows('01 - Every night at 3 AM.json'), { env: { ...clock.env, TZ: 'UTC' } });
      const isMade = (): boolean => backups().some((name) => /^20261120T0300\d\dZ-[0-9a-f]{8}\.json$/.test(name));
      await untilSo(isMade, 'a backup');
    });

    it('runs by the button of its node, as a manual backup', async () => {
      const node = await start(flowOf(createNode({})));
      assert.equal((await node.post('backup/create/create')).status, 202);
      const result = await node.heard('result');
      assert.equal(result.payload['automatic'], false);
      assert.equal((await node.post('backup/create/nothing')).status, 404);
    });
  });
}

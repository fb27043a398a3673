import assert from 'node:assert/strict';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { BackupRecord } from '../../src/index.ts';
import { nodeHost, userDir } from '../helpers/node-host.ts';
import { createNode, tab, type FlowNode } from '../helpers/node-red.ts';
import { tempFolder } from '../helpers/temp-folder.ts';

const listener = (id: string): FlowNode => ({ id, type: 'helper', z: 'tab', x: 1, y: 1, wires: [] });
const catcher: FlowNode = { id: 'catch', type: 'catch', z: 'tab', scope: null, x: 1, y: 1, wires: [['caught']] };

describe('backup-create', function () {
  const host = nodeHost();
  const folder = tempFolder();

  const flowOf = (create: FlowNode): FlowNode[] => [
    tab,
    create,
    catcher,
    listener('result'),
    listener('events'),
    listener('caught'),
  ];
  /** A small folder as the only source, and backups in the test's own folder. */
  const small = (changes: Record<string, unknown> = {}): FlowNode => {
    const path = join(folder(), 'data');
    mkdirSync(path, { recursive: true });
    writeFileSync(join(path, 'a.txt'), 'hello');
    return createNode({
      nodeRed: false,
      sources: [{ label: 'data', path, exclude: '' }],
      folder: join(folder(), 'backups'),
      ...changes,
    });
  };
  const record = (message: Record<string, unknown>): BackupRecord => message['backup'] as BackupRecord;

  it('passes the message on with the record, the location and the path added', async () => {
    await host.load(flowOf(small()));
    host.send('create', { _msgid: 'm1', topic: 'night', mine: 42, payload: 'old' });
    const result = await host.hear('result');
    assert.equal(result['_msgid'], 'm1');
    assert.equal(result.topic, 'night');
    assert.equal(result['mine'], 42);
    assert.deepEqual(result.payload, record(result));
    assert.equal(result['filename'], join(folder(), 'backups', record(result).file));
    assert.ok(existsSync(join(folder(), 'backups', record(result).file)));
    assert.match(String(result['agent_id']), /^local:\//);
    assert.equal(host.heard('result').length, 1);
  });

  it('works with nothing but a type: the user directory, to backups/ in it', async () => {
    const bare = { id: 'create', type: 'backup-create', z: 'tab', x: 1, y: 1, wires: [['result'], ['events']] };
    await host.load(flowOf(bare));
    host.send('create', {});
    const result = await host.hear('result');
    assert.equal(result['filename'], join(userDir, 'backups', record(result).file));
    assert.equal(result['agent_id'], 'local');
    assert.deepEqual(
      record(result).sources.map(({ label }) => label),
      ['node-red'],
    );
    assert.equal(record(result).plan_id, 'create');
    assert.match(record(result).name, /^Automatic backup/);
  });

  it('takes name, keep_days and extra from the message, and no path', async () => {
    await host.load(flowOf(small()));
    const folderOfMessage = join(folder(), 'elsewhere');
    host.send('create', {
      name: 'before the update',
      keep_days: '1.5',
      extra: { room: 'cellar' },
      manual: true,
      folder: folderOfMessage,
      sources: [{ label: 'x', path: '/' }],
    });
    const { name, extra, automatic, expires, date, sources } = record(await host.hear('result'));
    assert.equal(name, 'before the update');
    assert.deepEqual(extra, { room: 'cellar' });
    assert.equal(automatic, false);
    const days = (Date.parse(String(expires)) - Date.parse(date)) / 86_400_000;
    assert.ok(Math.abs(days - 1.5) < 0.001, String(expires));
    assert.deepEqual(
      sources.map(({ label }) => label),
      ['data'],
    );
    assert.equal(existsSync(folderOfMessage), false);
  });

  for (const [what, message] of Object.entries({
    'a name that is no text': { name: { toString: 1 } },
    'a name that is too long': { name: 'x'.repeat(256) },
    'days that are no number': { keep_days: 'soon' },
    'extras that are no object': { extra: 'cellar' },
    'extras that cannot be copied': { extra: { call: () => 1 } },
  })) {
    it(`says by Catch and by output 2 that it refuses ${what}`, async () => {
      await host.load(flowOf(small()));
      host.send('create', message);
      const caught = await host.hear('caught');
      assert.equal((caught['error'] as { code: string }).code, 'invalid_request');
      const event = await host.hear('events', ({ payload }) => payload['event_type'] === 'failed');
      assert.equal(event.payload['failed_reason'], 'invalid_request');
      assert.deepEqual(host.heard('result'), []);
    });
  }

  it('renders the name with mustache and escapes nothing', async () => {
    await host.load(flowOf(small({ name: 'a & b', backupName: '{{plan_name}} on {{date}}' })));
    host.send('create', {});
    assert.match(record(await host.hear('result')).name, /^a & b on \d{4}-\d\d-\d\d$/);
  });

  it('makes the backup under the default name when the template cannot be read', async () => {
    await host.load(flowOf(small({ backupName: '{{#open}}', template: '{{#open}}' })));
    host.send('create', { manual: true });
    assert.match(record(await host.hear('result')).name, /^Custom backup/);
    const event = await host.hear('events', ({ payload }) => payload['event_type'] === 'completed');
    assert.match(String(event.payload['message']), /^Manual backup completed: /);
  });

  it('tells its stages in order on output 2, with the text of its template', async () => {
    await host.load(flowOf(small({ template: '{{event_type}} {{backup_stage}}' })));
    host.send('create', {});
    await host.hear('events', ({ payload }) => payload['event_type'] === 'completed');
    const told = host.heard('events').map(({ topic, payload }) => [topic, payload['message']]);
    assert.deepEqual(told.at(0), ['backup/create_backup/in_progress', 'in_progress archive']);
    assert.deepEqual(told.at(-1), ['backup/create_backup/completed', 'completed ']);
  });

  it('shows a green dot with time and size, and a red ring with the reason', async () => {
    await host.load(flowOf(small()));
    host.send('create', {});
    await host.hear('result');
    const done = host.statuses('create').at(-1);
    assert.deepEqual([done?.fill, done?.shape], ['green', 'dot']);
    assert.match(String(done?.text), /^\d\d:\d\d · [\d.]+ (bytes|kB)$/);
    await host.deploy(flowOf(small({ sources: [{ label: 'gone', path: '/not/there', exclude: '' }] })));
    host.send('create', {});
    await host.hear('caught');
    assert.deepEqual(host.statuses('create').at(-1), { fill: 'red', shape: 'ring', text: 'source_not_found' });
  });

  it('shows the last backup again after a deploy', async () => {
    const flows = flowOf(small({ planId: 'remembered' }));
    await host.load(flows);
    host.send('create', {});
    await host.shows('create', 'green', 0);
    const before = host.statuses('create').length;
    await host.deploy(flows.map((node) => (node.id === 'create' ? { ...node, name: 'other' } : node)));
    await host.shows('create', 'green', before);
  });

  it('sends what a flow may change without harm to what the engine remembers', async () => {
    const status: FlowNode = { id: 'status', type: 'backup-status', z: 'tab', x: 1, y: 1, wires: [['state']] };
    await host.load([...flowOf(small()), status, listener('state')]);
    host.send('create', {});
    const result = await host.hear('result');
    const done = await host.hear('events', ({ payload }) => payload['event_type'] === 'completed');
    for (const mine of [result.payload, result['backup'], done.payload['backup']] as Record<string, unknown>[]) {
      assert.equal(mine['name'], 'Automatic backup');
      mine['name'] = 'mine';
    }
    host.send('status', {});
    const state = await host.hear('state');
    assert.equal((state.payload['last_action_event'] as { backup: BackupRecord }).backup.name, 'Automatic backup');
  });

  it('answers requests that meet with one backup more, or refuses them with busy, as it is set', async () => {
    await host.load(flowOf(small()));
    for (const n of [1, 2, 3]) host.send('create', { n });
    for (const n of [1, 2, 3]) await host.hear('result', (message) => message['n'] === n);
    const ids = host.heard('result').map((message) => record(message).backup_id);
    assert.equal(new Set(ids).size, 2);

    await host.deploy(flowOf(small({ whenBusy: 'refuse' })));
    for (const n of [4, 5]) host.send('create', { n });
    const caught = await host.hear('caught');
    assert.equal((caught['error'] as { code: string }).code, 'busy');
    await host.hear('result', (message) => message['n'] === 4);
  });

  it('backs up when its button is pressed, and knows no other ids', async () => {
    await host.load(flowOf(small()));
    assert.equal(await host.post('/backup/create/create'), 202);
    assert.equal(record(await host.hear('result')).automatic, false);
    assert.equal(await host.post('/backup/create/result'), 404);
    assert.equal(await host.post('/backup/create/none'), 404);
  });

  it('does nothing for a cancel when it makes no backup', async () => {
    await host.load([
      ...flowOf(small()),
      { id: 'complete', type: 'complete', z: 'tab', scope: ['create'], x: 1, y: 1, wires: [['done']] },
      listener('done'),
    ]);
    host.send('create', { cancel: true });
    await host.hear('done');
    assert.deepEqual(host.heard('events'), []);
    assert.deepEqual(host.heard('result'), []);
  });
});

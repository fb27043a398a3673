import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ThinnedLocations } from '../../nodes/retention/thin-locations.ts';
import { BackupError, type BackupRecord } from '../../src/index.ts';
import { heardFlow, smallCreate } from '../helpers/backup-nodes.ts';
import { nodeHost } from '../helpers/node-host.ts';
import type { FlowNode, ToldMessage } from '../helpers/node-red.ts';
import { retentionNode } from '../helpers/retention-node.ts';
import { tempFolder } from '../helpers/temp-folder.ts';
import { agentNodeOf, TestAgents } from '../helpers/test-agent.ts';

type Message = ToldMessage['msg'];

describe('retention', function () {
  const agents = new TestAgents();
  const host = nodeHost([agents.register]);
  const folder = tempFolder();

  afterEach(() => {
    agents.clear();
  });

  const stored = (): string[] => readdirSync(join(folder(), 'backups')).filter((name) => /^\d.*\.json$/.test(name));
  const payloadOf = (message: Message): ThinnedLocations => message.payload as unknown as ThinnedLocations;

  /** backup-create in front of the node to be tested, whose id is `agent`. */
  const wired = (changes: Record<string, unknown>, create: Record<string, unknown> = {}): FlowNode[] =>
    heardFlow(
      smallCreate(folder(), { wires: [['agent', 'made'], []], ...create }),
      retentionNode('agent', { wires: [['copied'], ['told']], ...changes }),
    );

  async function backUp(count: number): Promise<BackupRecord[]> {
    const records: BackupRecord[] = [];
    for (let n = 1; n <= count; n++) {
      host.send('create', { n });
      const message = await host.hear('made', (made) => made['n'] === n);
      await host.hear('done', (done) => done['n'] === n);
      records.push(message['backup'] as BackupRecord);
    }
    return records;
  }

  it('thins the location that the message comes from, and says what stays and what is gone', async () => {
    await host.load(wired({ keepLast: '2' }));
    const records = await backUp(3);
    const message = await host.hear('copied', ({ n }) => n === 3);
    const payload = payloadOf(message);
    assert.deepEqual(
      [payload.kept, payload.removed, payload.failed, payload.held, payload.dry_run],
      [2, 1, 0, 0, false],
    );
    const [location] = payload.locations;
    assert.deepEqual(location?.removed, [records[0]?.backup_id]);
    assert.equal(location.policy, 'The last 2 backups.');
    assert.deepEqual(message['backup'], records[2], 'the rest of the message is passed on');
    assert.equal(stored().length, 2);
    assert.deepEqual(host.statuses('agent').at(-1), { fill: 'green', shape: 'dot', text: '2 kept · 1 removed' });
    const [event] = host.heard('told');
    assert.equal(event?.topic, 'backup/idle/deleted');
    assert.match(
      String(event.payload['message']),
      new RegExp(`^Deleted .* \\(${records[0]?.backup_id ?? '-'}\\) from `),
    );
    assert.deepEqual(host.heard('caught'), []);
  });

  it('removes nothing in a dry run', async () => {
    await host.load(wired({ keepLast: '1', dryRun: true }));
    await backUp(2);
    const payload = payloadOf(await host.hear('copied', ({ n }) => n === 2));
    assert.deepEqual([payload.dry_run, payload.kept, payload.removed], [true, 1, 0]);
    assert.equal(stored().length, 2);
    assert.equal(host.statuses('agent').at(-1)?.text, 'dry run: 1 stay, 1 would go');
    assert.deepEqual(host.heard('told'), []);
  });

  it('is heard by backup-event, unless that is unticked', async () => {
    const event = (id: string, to: string, deleted: boolean): FlowNode => {
      const what = { stages: false, completed: false, failed: true, deleted, scope: ['agent'] };
      return { id, type: 'backup-event', z: 'tab', x: 1, y: 1, wires: [[to]], ...what };
    };
    await host.load([
      ...wired({ keepLast: '1', wires: [['copied'], []] }),
      event('all', 'told', true),
      event('few', 'caught', false),
    ]);
    const [first] = await backUp(2);
    const { payload } = await host.hear('told');
    assert.deepEqual([payload['event_type'], payload['backup_id']], ['deleted', first?.backup_id]);
    assert.deepEqual(host.heard('caught'), []);
  });

  it('keeps everything without rules', async () => {
    await host.load(wired({}));
    await backUp(2);
    const { kept, locations } = payloadOf(await host.hear('copied', ({ n }) => n === 2));
    assert.deepEqual([kept, locations[0]?.policy], [2, 'No rules: everything is kept.']);
  });

  it('holds when a backup shrinks, until it is told that all is well', async () => {
    await host.load(wired({ keepLast: '1', automaticOnly: true }));
    writeFileSync(join(folder(), 'data', 'big.txt'), 'x'.repeat(10_000));
    await backUp(1);
    writeFileSync(join(folder(), 'data', 'big.txt'), '');
    host.send('create', { n: 'small' });
    const held = payloadOf(await host.hear('copied', ({ n }) => n === 'small'));
    assert.deepEqual([held.held, held.removed, held.locations[0]?.held[0]?.reason], [1, 0, 'smaller']);
    assert.deepEqual(host.statuses('agent').at(-1), { fill: 'yellow', shape: 'ring', text: 'held: smaller' });
    const event = await host.hear('told', ({ topic }) => topic === 'backup/idle/held');
    assert.match(String(event.payload['message']), /^Nothing of nightly is deleted from .*: Backup .* has 5 bytes/);
    const { agent_id, backup } = await host.hear('copied', ({ n }) => n === 'small');
    host.send('agent', { agent_id, backup, n: 'fine', acknowledge: true });
    assert.equal(payloadOf(await host.hear('copied', ({ n }) => n === 'fine')).removed, 1);
  });

  it('thins chosen locations and plans when a message says nothing, and one that is away harms no other', async () => {
    const nas = agentNodeOf('nas', { place: 'nas', wires: [['copied'], []] });
    const other = agentNodeOf('other', { place: 'other', wires: [[], []] });
    const retention = retentionNode('agent', {
      keepLast: '1',
      locations: ['nas', 'other', 'create'],
      plans: ['create'],
      wires: [['told'], []],
    });
    await host.load(heardFlow(smallCreate(folder(), { wires: [['nas', 'other', 'made'], []] }), nas, other, retention));
    for (const n of [1, 2]) {
      host.send('create', { n });
      await host.hear('copied', (message) => message['n'] === n);
    }
    agents.store('other').failOn = () => new BackupError('agent_unreachable', 'The other is away.');
    host.send('agent', { n: 'now' });
    const payload = payloadOf(await host.hear('told', ({ n }) => n === 'now'));
    assert.deepEqual(
      payload.locations.map(({ agent_name, removed }) => [agent_name === 'nas', removed.length]).sort(),
      [
        [false, 1],
        [true, 1],
      ],
    );
    assert.deepEqual(payload.errors, { other: 'The other is away.' });
    const caught = await host.hear('caught');
    assert.equal((caught['error'] as { code?: string }).code, 'agent_unreachable');
  });

  it('tells of a backup that cannot be removed, in the message and to Catch nodes', async () => {
    const nas = agentNodeOf('nas', { place: 'nas', wires: [['agent', 'copied'], []] });
    const retention = retentionNode('agent', { keepLast: '1', wires: [['told'], []] });
    await host.load(heardFlow(smallCreate(folder(), { wires: [['nas', 'made'], []] }), nas, retention));
    host.send('create', { n: 1 });
    const first = (await host.hear('told', ({ n }) => n === 1))['backup'] as BackupRecord;
    agents.store('nas').failOn = (call) =>
      call.startsWith('remove') ? new BackupError('permission_denied', 'The NAS does not let us.') : null;
    host.send('create', { n: 2 });
    const { failed, locations } = payloadOf(await host.hear('told', ({ n }) => n === 2));
    assert.deepEqual([failed, locations[0]?.failed[0]?.backup_id], [1, first.backup_id]);
    const caught = await host.hear('caught', ({ n }) => n === 2);
    const error = caught['error'] as { code?: string; message: string };
    assert.equal(error.code, 'permission_denied');
    assert.match(
      error.message,
      /could not be removed from nas: The NAS does not let us\. The next run tries it again\./,
    );
    assert.equal(host.statuses('agent').at(-1)?.fill, 'red');
  });

  it('pins a backup by message, so that it stays, and unpins it', async () => {
    await host.load(wired({ keepLast: '1' }));
    const [first] = await backUp(1);
    const { backup_id = '' } = first ?? {};
    host.send('agent', { backup_id, agent_id: (await host.hear('copied'))['agent_id'], n: 'pin', pin: true });
    const pinned = await host.hear('copied', ({ n }) => n === 'pin');
    const agent_id = String(pinned['agent_id']);
    assert.deepEqual(pinned.payload, { backup_id, pinned: true, locations: [agent_id], errors: {} });
    assert.deepEqual(host.statuses('agent').at(-1), { fill: 'green', shape: 'dot', text: 'pinned' });
    await backUp(2);
    const { locations } = payloadOf(await host.hear('copied', ({ n }) => n === 2));
    const why = locations[0]?.decisions.find((decision) => decision.backup_id === backup_id)?.reasons;
    assert.deepEqual(why, ['guard:pinned']);
    host.send('agent', { agent_id, backup_id, n: 'unpin', pin: false });
    assert.equal((await host.hear('copied', ({ n }) => n === 'unpin')).payload['pinned'], false);
    host.send('agent', { agent_id, backup: first, n: 'thin' });
    assert.ok(payloadOf(await host.hear('copied', ({ n }) => n === 'thin')).locations[0]?.removed.includes(backup_id));
  });

  it('pins at the chosen locations that have the backup, and says where it could not', async () => {
    const places = ['nas', 'other', 'empty'];
    const nodes = places.map((place) => agentNodeOf(place, { place, wires: [['copied'], []] }));
    const retention = retentionNode('agent', { locations: places, wires: [['told'], []] });
    await host.load(heardFlow(smallCreate(folder(), { wires: [['nas', 'other', 'made'], []] }), ...nodes, retention));
    host.send('create', { n: 1 });
    const { backup_id } = (await host.hear('made'))['backup'] as BackupRecord;
    for (const place of ['nas', 'other']) await host.hear('copied', ({ agent_id }) => agent_id === place);
    agents.store('other').failOn = () => new BackupError('agent_unreachable', 'The other is away.');
    host.send('agent', { pin: true, backup_id });
    const { payload } = await host.hear('told');
    assert.deepEqual([payload['locations'], payload['errors']], [['nas'], { other: 'The other is away.' }]);
    assert.equal(((await host.hear('caught'))['error'] as { code?: string }).code, 'agent_unreachable');
  });

  it('refuses to pin what is nowhere, is not named, or with neither yes nor no', async () => {
    await host.load(wired({}));
    for (const [message, code, pattern] of [
      [{ pin: true, backup_id: '20200101T000000Z-00000000' }, 'backup_not_found', /is at none of the locations/],
      [{ pin: true }, 'invalid_request', /names no backup/],
      [{ pin: 'yes', backup_id: '20200101T000000Z-00000000' }, 'invalid_request', /give true to pin/],
    ] as const) {
      host.send('agent', { agent_id: 'local', n: code + pattern.source, ...message });
      const { error } = await host.hear('caught', ({ n }) => n === code + pattern.source);
      assert.equal((error as { code?: string }).code, code);
      assert.match((error as Error).message, pattern);
    }
  });

  for (const [what, changes, message, pattern] of [
    [
      'a rule that is not in order',
      { keepDaily: 'seven' },
      { agent_id: 'local' },
      /keep_daily: "seven" is not a whole/,
    ],
    ['no location at all', { keepLast: '1' }, {}, /comes from no location/],
    ['a location that is not there', { keepLast: '1' }, { agent_id: 'moon' }, /there is no location "moon"/],
    [
      'chosen locations that are gone',
      { keepLast: '1', locations: ['gone'] },
      {},
      /none of the chosen nodes is deployed/,
    ],
    [
      'chosen plans that are gone',
      { keepLast: '1', plans: ['gone'] },
      { agent_id: 'local' },
      /plans: none of the chosen/,
    ],
  ] as const) {
    it(`refuses ${what}`, async () => {
      await host.load(wired(changes));
      host.send('agent', message);
      const error = (await host.hear('caught'))['error'] as { code?: string; message: string };
      assert.equal(error.code, 'invalid_request');
      assert.match(error.message, pattern);
      assert.deepEqual(host.heard('copied'), []);
    });
  }

  describe('and the life that a message gives a backup:', () => {
    const create = (changes: Record<string, unknown> = {}): FlowNode[] =>
      heardFlow(smallCreate(folder(), { wires: [['made'], ['told']], ...changes }));
    const made = async (n: number, message: Record<string, unknown> = {}): Promise<BackupRecord> => {
      host.send('create', { n, ...message });
      return (await host.hear('made', (heard) => heard['n'] === n))['backup'] as BackupRecord;
    };

    it('keep_days is a number with fractions, or never', async () => {
      await host.load(create());
      const half = await made(1, { keep_days: 0.5 });
      assert.equal(Date.parse(half.expires ?? '') - Date.parse(half.date), 43_200_000);
      assert.equal((await made(2, { keep_days: 'never' })).expires, null);
      assert.equal((await made(3, { keep_days: '30.4167' })).expires?.slice(0, 4).length, 4);
      host.send('create', { n: 4, keep_days: 'soon' });
      assert.match(((await host.hear('caught'))['error'] as Error).message, /keepDays: it is not a number/);
    });

    it('backup-create removes its own expired backups after each run', async () => {
      await host.load(create());
      const first = await made(1, { keep_days: 0 });
      const sidecar = join(folder(), 'backups', `${first.backup_id}.json`);
      assert.ok(existsSync(sidecar));
      await made(2);
      const event = await host.hear('told', ({ topic }) => topic === 'backup/idle/deleted');
      assert.equal(event.payload['backup_id'], first.backup_id);
      assert.ok(!existsSync(sidecar));
    });

    it('or leaves them, where the box is unticked', async () => {
      await host.load(create({ removeExpired: false }));
      const first = await made(1, { keep_days: 0 });
      await made(2);
      await made(3);
      assert.ok(readFileSync(join(folder(), 'backups', `${first.backup_id}.json`)).length > 0);
    });

    it('backup-status counts expired and pinned ones, and held plans', async () => {
      const status = { id: 'status', type: 'backup-status', z: 'tab', x: 1, y: 1, wires: [['told']] };
      await host.load([...create({ removeExpired: false, wires: [['made'], []] }), status]);
      await made(1, { keep_days: 0 });
      const { backup_id } = await made(2);
      const sidecar = join(folder(), 'backups', `${backup_id}.json`);
      writeFileSync(sidecar, readFileSync(sidecar, 'utf8').replace('"pinned": false', '"pinned": true'));
      host.send('status', {});
      const { payload } = await host.hear('told');
      const ours = (payload['backups'] as BackupRecord[]).filter(({ pinned }) => pinned);
      assert.equal(payload['pinned'], ours.length);
      assert.ok(ours.length >= 1 && Number(payload['expired']) >= 1);
      assert.equal(payload['held'], (payload['held_plans'] as unknown[]).length);
    });
  });

  describe('answers its dialog', () => {
    const ask = (body: object): ReturnType<typeof host.ask> => host.ask('/backup/retention/preview', body);

    it('with the rules in words, a year of nights, and the backups of today', async () => {
      await host.load(wired({ keepLast: '5' }));
      await backUp(3);
      const { status, body } = await ask({ keepLast: '2', nodes: ['nowhere', 'create'] });
      assert.deepEqual([status, body['words'], body['problem']], [200, 'The last 2 backups.', null]);
      assert.equal((body['year'] as { reasons: string[] }[]).filter(({ reasons }) => reasons.length > 0).length, 2);
      const plans = body['plans'] as { plan_name: string; backups: { keep: boolean }[] }[];
      const plan = plans.find(({ plan_name }) => plan_name === 'nightly');
      assert.deepEqual(
        plan?.backups.map(({ keep }) => keep),
        [false, true, true],
      );
      assert.equal(stored().length, 3, 'asking removes nothing');
    });

    it('with what is wrong, and without a location', async () => {
      await host.load(wired({}));
      assert.match(String((await ask({ keepDaily: '-9' })).body['wrong']), /^keep_daily: -9 is not/);
      assert.match(String((await ask({ keepWithin: 'week' })).body['wrong']), /^keep_within: "week" is not a duration/);
      const { body } = await ask({ keepDaily: '7' });
      assert.deepEqual([body['location'], body['plans']], [null, []]);
      assert.equal((await ask({ mode: 'expired' })).body['words'], '');
    });
  });
});

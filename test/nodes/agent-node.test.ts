import assert from 'node:assert/strict';
import { BackupError, type BackupEvent, type BackupRecord } from '../../src/index.ts';
import { heardFlow, smallCreate } from '../helpers/backup-nodes.ts';
import { nodeHost } from '../helpers/node-host.ts';
import type { FlowNode } from '../helpers/node-red.ts';
import { tempFolder } from '../helpers/temp-folder.ts';
import { agentNodeOf, TestAgents } from '../helpers/test-agent.ts';

describe('an agent node', function () {
  const agents = new TestAgents();
  const host = nodeHost([agents.register]);
  const folder = tempFolder();

  afterEach(() => {
    agents.clear();
  });

  const create = (changes: Record<string, unknown> = {}): FlowNode => smallCreate(folder(), changes);
  const recordOf = (message: Record<string, unknown>): BackupRecord => message['backup'] as BackupRecord;
  const codeOf = (message: Record<string, unknown>): string => (message['error'] as { code: string }).code;
  /** Makes a backup without any wire to the agent. */
  const backUp = async (): Promise<BackupRecord> => {
    const before = host.heard('made').length;
    host.send('create', {});
    return recordOf(await host.hear('made', (message) => host.heard('made').indexOf(message) >= before));
  };
  const archives = (place: string): string[] =>
    [...agents.store(place).files.keys()].filter((name) => name.includes('.tar'));
  const listed = async (): Promise<string[]> => (await agents.engine()).locations.agents().map(({ id }) => id);

  it('copies the backup of the message and passes the message on, without the path of the other copy', async () => {
    await host.load(heardFlow(create({ wires: [['agent'], []] }), agentNodeOf('agent')));
    host.send('create', { _msgid: 'm1', topic: 'night', mine: 42 });
    const copied = await host.hear('copied');
    assert.equal(copied['_msgid'], 'm1');
    assert.equal(copied.topic, 'night');
    assert.equal(copied['mine'], 42);
    assert.equal(copied['agent_id'], 'test-agent:agent');
    assert.deepEqual(copied.payload, recordOf(copied));
    assert.equal('filename' in copied, false);
    assert.deepEqual(archives('test-agent:agent'), [recordOf(copied).file]);
    await host.hear('done');
    assert.equal(host.heard('copied').length, 1);
    assert.match(String(host.statuses('agent').at(-1)?.text), /^\d\d:\d\d · .*\d (bytes|kB)$/);
  });

  it('tells stages on its second output, in words of its own', async () => {
    const template = '{{event_type}} {{agent_name}}';
    await host.load(heardFlow(create({ wires: [['agent'], []] }), agentNodeOf('agent', { template })));
    host.send('create', { manual: true });
    const told = await host.hear('told', ({ payload }) => payload['event_type'] === 'completed');
    assert.equal(told.topic, 'backup/copy_backup/completed');
    assert.equal(told.payload['message'], 'completed agent');
    assert.equal(told.payload['agent_id'], 'test-agent:agent');
    assert.equal(told.payload['node_id'], 'agent');
    assert.equal(told.payload['automatic'], false);
    await host.hear('told', ({ payload }) => payload['backup_stage'] === 'upload_to_agents');
  });

  it('copies the backup that an id names, else the newest that it lacks', async () => {
    await host.load(heardFlow(create(), agentNodeOf('agent')));
    const old = await backUp();
    const newest = await backUp();
    host.send('agent', { backup_id: old.backup_id });
    assert.equal(recordOf(await host.hear('copied')).backup_id, old.backup_id);
    host.send('agent', { payload: 'bring it up to date' });
    await host.hear('copied', (message) => recordOf(message).backup_id === newest.backup_id);
    assert.equal(archives('test-agent:agent').length, 2);
  });

  for (const [what, message, code] of [
    ['an id that nothing has', { backup_id: '20200101T000000Z-00000000' }, 'backup_not_found'],
    ['an id that is none', { backup_id: { not: 'an id' } }, 'invalid_request'],
  ] as const)
    it(`fails for ${what}, by Catch, output 2 and status`, async () => {
      await host.load(heardFlow(create(), agentNodeOf('agent')));
      host.send('agent', message);
      assert.equal(codeOf(await host.hear('caught')), code);
      await host.hear('told', ({ payload }) => payload['failed_reason'] === code);
      assert.deepEqual(host.statuses('agent').at(-1), { fill: 'red', shape: 'ring', text: code });
    });

  it('shows when it will try again what may go right later, and cancels that by msg.cancel', async () => {
    await host.load(heardFlow(create({ wires: [['agent'], []] }), agentNodeOf('agent')));
    agents.store('test-agent:agent').failOn = () => new BackupError('agent_unreachable', 'off', { temporary: true });
    host.send('create', {});
    assert.equal(codeOf(await host.hear('caught')), 'agent_unreachable');
    const told = await host.hear('told', ({ payload }) => payload['event_type'] === 'failed');
    const next = String(told.payload['will_retry']);
    const expected = { fill: 'yellow', shape: 'ring', text: `retry ${next.slice(11, 16)}` };
    assert.deepEqual(host.statuses('agent').at(-1), expected);
    const engine = await agents.engine();
    assert.equal(engine.pendingCopies().length, 1);
    await host.deploy(heardFlow(create({ wires: [['agent'], []] }), agentNodeOf('agent', { name: 'renamed' })));
    await host.shows('agent', 'yellow', 0);
    host.send('agent', { cancel: true });
    await host.hear('done');
    assert.equal(engine.pendingCopies().length, 0);
  });

  it('does not try again when it is set to 0 hours', async () => {
    await host.load(heardFlow(create({ wires: [['agent'], []] }), agentNodeOf('agent', { retryHours: '0' })));
    agents.store('test-agent:agent').failOn = () => new BackupError('agent_unreachable', 'off', { temporary: true });
    host.send('create', {});
    const told = await host.hear('told', ({ payload }) => payload['event_type'] === 'failed');
    assert.equal(told.payload['will_retry'], null);
    assert.deepEqual(host.statuses('agent').at(-1), { fill: 'red', shape: 'ring', text: 'agent_unreachable' });
  });

  it('sends a message of its own for a copy that came late', async () => {
    await host.load(heardFlow(create(), agentNodeOf('agent')));
    const backup = await backUp();
    host.send('agent', {});
    const done = await host.hear('told', ({ payload }) => payload['event_type'] === 'completed');
    const event = done.payload as unknown as BackupEvent;
    (await agents.engine()).events.publish({ ...event, late: true });
    const late = await host.hear('copied', (message) => message['late'] === true);
    assert.equal(late.topic, 'backup/copy_backup/completed');
    assert.equal(recordOf(late).backup_id, backup.backup_id);
    assert.deepEqual(late.payload, recordOf(late));
    assert.equal(late['agent_id'], 'test-agent:agent');
  });

  it('goes on with a copy while it is deployed again, and the new instance sends the result', async () => {
    const wired = create({ wires: [['agent'], []] });
    await host.load(heardFlow(wired, agentNodeOf('agent')));
    let go: () => void = () => undefined;
    agents.gate = new Promise((resolve) => (go = resolve));
    host.send('create', { mine: 42 });
    await host.hear('told', ({ payload }) => payload['backup_stage'] === 'upload_to_agents');
    await host.deploy(heardFlow(wired, agentNodeOf('agent', { name: 'renamed' })));
    go();
    assert.equal((await host.hear('copied'))['mine'], 42);
    assert.deepEqual(host.heard('caught'), []);
    assert.equal(agents.open.size, 1, 'the agent of the old instance was not closed');
  });

  it('says at deploy and for every message what is wrong with its settings, and harms no other', async () => {
    await host.load(heardFlow(create(), agentNodeOf('agent', { broken: true }), agentNodeOf('other')));
    await host.shows('agent', 'red', 0);
    assert.deepEqual(
      host.said('agent', 'error').map(({ code }) => code),
      ['invalid_request'],
    );
    await backUp();
    host.send('agent', {});
    assert.equal(codeOf(await host.hear('caught')), 'invalid_request');
    host.send('other', {});
    await host.hear('copied');
  });

  it('is a location while it is deployed, and ends its copies when it is deleted', async () => {
    const nodes = [create(), agentNodeOf('agent'), agentNodeOf('other')];
    await host.load(heardFlow(...nodes));
    await backUp();
    assert.ok((await listed()).includes('test-agent:agent'));
    agents.gate = new Promise(() => undefined);
    host.send('agent', {});
    await host.hear('told', ({ payload }) => payload['backup_stage'] === 'upload_to_agents');
    const engine = await agents.engine();
    const canceled = new Promise<string | null>((resolve) => {
      const stop = engine.events.subscribe(({ event_type, failed_reason }) => {
        if (event_type !== 'failed') return;
        stop();
        resolve(failed_reason);
      });
    });
    await host.deploy(heardFlow(...nodes.filter(({ id }) => id !== 'agent')));
    assert.equal(await canceled, 'canceled');
    assert.equal((await listed()).includes('test-agent:agent'), false);
    assert.ok((await listed()).includes('test-agent:other'));
  });

  describe('that names the location of another', () => {
    const pair = (first: object, second: object): FlowNode[] =>
      heardFlow(
        create(),
        agentNodeOf('agent', { place: 'nas', ...first }),
        agentNodeOf('other', { place: 'nas', ...second }),
      );

    it('is the same location, and says nothing when the settings are the same', async () => {
      await host.load(pair({}, {}));
      await backUp();
      assert.deepEqual(
        (await listed()).filter((id) => id === 'nas'),
        ['nas'],
      );
      assert.deepEqual([...host.said('agent', 'warn'), ...host.said('other', 'warn')], []);
      host.send('agent', {});
      await host.hear('copied');
      assert.equal(archives('nas').length, 1);
    });

    it('is warned when the settings differ, and leaves the location when it goes', async () => {
      await host.load(pair({ setting: 'a' }, { setting: 'b' }));
      await backUp();
      assert.match(String(host.said('agent', 'warn')[0]?.message), /"other" stores backups at the same location/);
      assert.match(String(host.said('other', 'warn')[0]?.message), /"agent" stores backups at the same location/);
      await host.deploy(pair({ setting: 'a' }, { setting: 'b' }).filter(({ id }) => id !== 'other'));
      assert.ok((await listed()).includes('nas'));
      host.send('agent', {});
      await host.hear('copied');
    });
  });
});

import assert from 'node:assert/strict';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { VerifiedCopies } from '../../nodes/backup-verify/verify-copies.ts';
import type { BackupRecord } from '../../src/index.ts';
import { heardFlow, smallCreate } from '../helpers/backup-nodes.ts';
import { nodeHost } from '../helpers/node-host.ts';
import type { FlowNode, ToldMessage } from '../helpers/node-red.ts';
import { tempFolder } from '../helpers/temp-folder.ts';
import { agentNodeOf, TestAgents } from '../helpers/test-agent.ts';
import { verifyNode } from '../helpers/verify-node.ts';

type Message = ToldMessage['msg'];

describe('backup-verify', function () {
  const agents = new TestAgents();
  const host = nodeHost([agents.register]);
  const folder = tempFolder();

  afterEach(() => {
    agents.clear();
  });

  const payloadOf = (message: Message): VerifiedCopies => message.payload as unknown as VerifiedCopies;
  const codeOf = (message: Message): unknown => (message['error'] as { code?: unknown }).code;

  /** backup-create in front of an agent, in front of the node to be tested, whose id is `agent`. */
  const behindAgent = (changes: Record<string, unknown> = {}): FlowNode[] =>
    heardFlow(
      smallCreate(folder(), { wires: [['nas', 'made'], []] }),
      agentNodeOf('nas', { place: 'nas', wires: [['agent'], []] }),
      verifyNode('agent', { wires: [['copied'], ['told']], ...changes }),
    );

  /** The node by itself, with chosen locations. */
  const alone = (changes: Record<string, unknown> = {}): FlowNode[] =>
    heardFlow(
      smallCreate(folder(), { wires: [['nas'], []] }),
      agentNodeOf('nas', { place: 'nas', wires: [['made'], []] }),
      verifyNode('agent', { wires: [['copied'], ['told']], locations: ['nas'], ...changes }),
    );

  function damage(): void {
    const store = agents.store('nas');
    const [, archive] = [...store.files].find(([name]) => name.includes('.tar')) ?? [];
    archive?.writeUInt8(archive.readUInt8(20) ^ 1, 20);
  }

  it('proves the copy that was just stored, and passes it on', async () => {
    await host.load(behindAgent());
    host.send('create', { n: 1 });
    const message = await host.hear('copied');
    const payload = payloadOf(message);
    assert.deepEqual([payload.ok, payload.drill, payload.files, payload.bytes], [true, false, 1, 5]);
    assert.deepEqual([payload.problems, payload.errors, payload.copies.length], [[], {}, 1]);
    assert.ok(payload.seconds > 0);
    assert.deepEqual([message['n'], message['agent_id']], [1, 'nas']);
    assert.equal((message['backup'] as BackupRecord).backup_id, payload.copies[0]?.backup_id);
    assert.equal('filename' in message, false);
    assert.match(host.statuses('agent').at(-1)?.text ?? '', /^\d\d:\d\d · 1 file proved$/);
    const words = host.heard('told').map(({ payload: event }) => event['backup_stage'] ?? event['event_type']);
    assert.deepEqual([...new Set(words)], ['download_from_agent', 'verify', 'completed']);
    assert.deepEqual(host.heard('caught'), []);
  });

  it('proves the newest backup at a chosen location, by a restore for a try', async () => {
    await host.load(alone({ mode: 'restore' }));
    for (const n of [1, 2]) {
      host.send('create', { n });
      await host.hear('made', (message) => message['n'] === n);
    }
    const { backups } = await (await agents.engine()).locations.list(new AbortController().signal);
    host.send('agent', { manual: true });
    const payload = payloadOf(await host.hear('copied'));
    assert.deepEqual([payload.ok, payload.drill, payload.copies[0]?.backup_id], [true, true, backups[0]?.backup_id]);
    const events = host.heard('told').map(({ payload: event }) => event);
    assert.ok(events.some((event) => event['backup_stage'] === 'extract'));
    assert.equal(events.at(-1)?.['automatic'], false);
    const again = await (await agents.engine()).locations.list(new AbortController().signal);
    assert.equal(again.backups[0]?.agents['nas']?.last_verified?.ok, true);
  });

  it('fails for a copy that is damaged: nothing goes on, and whoever catches it knows what is wrong', async () => {
    await host.load(alone());
    host.send('create', {});
    await host.hear('made');
    damage();
    host.send('agent', { topic: 'mine' });
    const caught = await host.hear('caught');
    assert.deepEqual([codeOf(caught), caught.topic], ['archive_corrupt', 'mine']);
    const { ok, problems } = payloadOf(caught);
    assert.equal(ok, false);
    assert.ok(problems.every(({ agent_id, code }) => agent_id === 'nas' && code === 'archive_corrupt'));
    assert.ok(problems.length > 0);
    assert.equal(host.heard('told').at(-1)?.topic, 'backup/verify_backup/failed');
    assert.deepEqual(host.heard('copied'), []);
    assert.deepEqual(host.statuses('agent').at(-1), { fill: 'red', shape: 'ring', text: 'archive_corrupt' });
  });

  it('verifies the other locations though one does not answer', async () => {
    const flow = alone({ locations: ['nas', 'create', 'gone'] });
    await host.load([...flow, agentNodeOf('gone', { place: 'gone', wires: [[], []] })]);
    host.send('create', {});
    await host.hear('made');
    agents.store('gone').failOn = () => new Error('no route');
    host.send('agent', {});
    const { ok, copies, errors } = payloadOf(await host.hear('caught'));
    assert.deepEqual([ok, copies.map((copy) => copy.ok), Object.keys(errors)], [false, [true, true], ['gone']]);
  });

  it('says when there is nothing to verify', async () => {
    await host.load(alone());
    host.send('agent', {});
    assert.equal(codeOf(await host.hear('caught')), 'backup_not_found');
  });

  it('refuses a message that says nowhere, or a place that is not there', async () => {
    await host.load(alone({ locations: null }));
    host.send('agent', { n: 2 });
    assert.equal(codeOf(await host.hear('caught', ({ n }) => n === 2)), 'invalid_request');
    host.send('agent', { n: 3, agent_id: 'nowhere', backup_id: '../x' });
    assert.equal(codeOf(await host.hear('caught', ({ n }) => n === 3)), 'invalid_request');
  });

  it('is canceled by a message', async () => {
    await host.load(alone());
    host.send('create', {});
    await host.hear('made');
    const store = agents.store('nas');
    store.read = () => new Promise(() => undefined);
    host.send('agent', { n: 1 });
    await host.hear('told');
    host.send('agent', { cancel: true });
    assert.equal(codeOf(await host.hear('caught', ({ n }) => n === 1)), 'canceled');
    await host.hear('told', ({ payload }) => payload['failed_reason'] === 'canceled');
  });

  it('verifies what lies in the folder of backup-create', async () => {
    await host.load(
      heardFlow(
        smallCreate(folder(), { wires: [['agent'], []] }),
        verifyNode('agent', { wires: [['copied'], ['told']] }),
      ),
    );
    host.send('create', {});
    const message = await host.hear('copied');
    assert.equal(payloadOf(message).ok, true);
    const archive = String((message as { filename?: unknown }).filename);
    const bytes = readFileSync(archive);
    writeFileSync(archive, bytes.subarray(1));
    assert.ok(readdirSync(join(folder(), 'backups')).length > 0);
    const { agent_id, backup } = message as unknown as { agent_id: string; backup: BackupRecord };
    host.send('agent', { agent_id, backup_id: backup.backup_id });
    assert.equal(codeOf(await host.hear('caught')), 'archive_corrupt');
  });
});

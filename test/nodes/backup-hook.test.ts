import assert from 'node:assert/strict';
import { smallCreate } from '../helpers/backup-nodes.ts';
import { continueNode, hookNode } from '../helpers/hook-nodes.ts';
import { nodeHost } from '../helpers/node-host.ts';
import { tab, type FlowNode, type ToldMessage } from '../helpers/node-red.ts';
import { tempFolder } from '../helpers/temp-folder.ts';

type Message = ToldMessage['msg'];

const listener = (id: string): FlowNode => ({ id, type: 'helper', z: 'tab', x: 1, y: 1, wires: [] });
const catcher: FlowNode = { id: 'catch', type: 'catch', z: 'tab', scope: null, x: 1, y: 1, wires: [['caught']] };

describe('backup-hook and backup-continue', function () {
  const host = nodeHost();
  const folder = tempFolder();

  const flow = (...nodes: readonly FlowNode[]): FlowNode[] => [
    tab,
    smallCreate(folder(), { name: 'nightly', wires: [['made'], []] }),
    ...nodes,
    continueNode(),
    catcher,
    ...['made', 'asked', 'again', 'caught'].map(listener),
  ];
  const load = (...nodes: readonly FlowNode[]): Promise<void> => host.load(flow(...nodes));
  const begin = (id = 'create'): void => host.send(id, {});
  const answer = (message: Message, changes: Record<string, unknown> = {}): void =>
    host.send('continue', { ...message, ...changes });
  const at =
    (when: string) =>
    ({ payload }: Message): boolean =>
      payload['when'] === when;
  const caughtCode = async (): Promise<unknown> => ((await host.hear('caught'))['error'] as { code?: string }).code;

  it('hold the backup until the flow has answered, and tell what it is for', async () => {
    await load(hookNode());
    begin();
    const asked = await host.hear('asked');
    assert.equal(asked.topic, 'backup/create_backup/before_hooks');
    assert.deepEqual(
      ['when', 'plan_id', 'plan_name', 'node_id', 'automatic', 'outcome'].map((key) => asked.payload[key]),
      ['before', 'create', 'nightly', 'create', true, null],
    );
    assert.match(String(asked['hook_id']), /^[0-9a-f]{16}$/);
    assert.deepEqual(host.heard('made'), []);
    await host.shows('hook', 'blue', 0);
    answer(asked, { payload: 'dumped' });
    const made = await host.hear('made');
    assert.equal((made['backup'] as { backup_id: string }).backup_id, asked.payload['backup_id']);
    assert.equal(host.statuses('hook').at(-1)?.fill, 'green');
    assert.equal(host.statuses('continue').at(-1)?.text, 'success');
  });

  it('fail the backup with what a Catch node has found, and still run what comes after it', async () => {
    await load(hookNode(), hookNode({ id: 'resume', when: 'after', onFailure: 'go_on' }));
    begin();
    answer(await host.hear('asked'), { error: { message: 'mysqldump: not found', source: {} } });
    const after = await host.hear('asked', at('after'));
    const { result, failed_reason: reason, error } = after.payload['outcome'] as Record<string, unknown>;
    assert.deepEqual([result, reason], ['failed', 'hook_failed']);
    assert.match(String(error), /^The hook "backup-hook" before the backup failed: mysqldump: not found$/);
    answer(after);
    assert.equal(await caughtCode(), 'hook_failed');
    assert.deepEqual(host.heard('made'), []);
    assert.equal(host.statuses('hook').at(-1)?.text, 'hook_failed');
  });

  for (const [setting, changes, made] of [
    ['success', { error: 'x' }, true],
    ['failure', {}, false],
    ['auto', { error: 'x' }, false],
    ['auto', { error: null }, true],
  ] as const) {
    it(`answer ${made ? 'success' : 'failure'} when set to ${setting} and msg.error is ${JSON.stringify(changes)}`, async () => {
      await host.load(
        flow(hookNode()).map((node) => (node.id === 'continue' ? continueNode({ answer: setting }) : node)),
      );
      begin();
      answer(await host.hear('asked'), changes);
      if (made) await host.hear('made');
      else assert.equal(await caughtCode(), 'hook_failed');
    });
  }

  it('go on with a warning where that is set', async () => {
    await load(hookNode({ onFailure: 'go_on' }));
    begin();
    answer(await host.hear('asked'), { error: 'no disk' });
    await host.hear('made');
  });

  it('do not wait longer than they are set to', async () => {
    await load(hookNode({ timeout: '0.2' }));
    begin();
    assert.equal(await caughtCode(), 'hook_timeout');
    answer(await host.hear('asked'));
    assert.match(host.said('continue', 'warn')[0]?.message ?? '', /Nobody waits for this answer/);
  });

  it('take the first of two answers', async () => {
    await load(hookNode());
    begin();
    const asked = await host.hear('asked');
    answer(asked);
    answer(asked, { error: 'too late' });
    await host.hear('made');
    assert.equal(host.said('continue', 'warn').length, 1);
  });

  it('say what is missing in a message that is no answer', async () => {
    await load(hookNode());
    host.send('continue', { payload: 1 });
    const { error } = await host.hear('caught');
    assert.equal((error as { code?: string }).code, 'invalid_request');
    assert.match((error as { message: string }).message, /hook_id/);
  });

  it('are meant for chosen nodes only, and two plans do not mix', async () => {
    const other = smallCreate(folder(), { id: 'other', name: 'other', wires: [['made'], []] });
    await load(other, hookNode({ scope: ['other'] }));
    begin();
    await host.hear('made', ({ payload }) => payload['plan_id'] === 'create');
    assert.deepEqual(host.heard('asked'), []);
    begin('other');
    answer(await host.hear('asked'));
    await host.hear('made', ({ payload }) => payload['plan_id'] === 'other');
    assert.equal(host.heard('asked').length, 1);
  });

  it('run by priority', async () => {
    await load(hookNode({ id: 'second', priority: '2' }), hookNode({ id: 'first', priority: '1', wires: [['again']] }));
    begin();
    const first = await host.hear('again');
    assert.deepEqual(host.heard('asked'), []);
    answer(first);
    answer(await host.hear('asked'));
    await host.hear('made');
  });

  it('ask again when a deploy has ended what the flow was doing', async () => {
    await load(hookNode());
    begin();
    const asked = await host.hear('asked');
    await host.deploy(flow(hookNode({ name: 'renamed', wires: [['again']] })));
    const again = await host.hear('again');
    assert.equal(again['hook_id'], asked['hook_id']);
    answer(again);
    await host.hear('made');
  });

  for (const [onFailure, comes] of [
    ['fail', 'caught'],
    ['go_on', 'made'],
  ] as const) {
    it(`do not hang a backup when the hook is deleted meanwhile and is set to "${onFailure}"`, async () => {
      await load(hookNode({ onFailure }));
      begin();
      await host.hear('asked');
      await host.deploy(flow());
      if (comes === 'made') await host.hear('made');
      else assert.equal(await caughtCode(), 'hook_failed');
    });
  }

  it('become what they are deployed as: a hook before that was made one after no longer runs before', async () => {
    await load(hookNode());
    await host.deploy(flow(hookNode({ when: 'after', onFailure: 'go_on' })));
    begin();
    const asked = await host.hear('asked');
    assert.equal(asked.payload['when'], 'after');
    answer(asked);
    await host.hear('made');
    assert.equal(host.heard('asked').length, 1);
  });

  it('say which setting of a flow written by hand cannot be used', async () => {
    await load(hookNode({ timeout: 'soon' }), hookNode({ id: 'other', priority: 'high' }));
    assert.match(host.said('hook', 'error')[0]?.message ?? '', /^The time limit is not a number of seconds/);
    assert.match(host.said('other', 'error')[0]?.message ?? '', /^The priority is not a number/);
  });
});

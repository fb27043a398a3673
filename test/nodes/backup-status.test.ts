import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { BackupRecord, MergedRecord } from '../../src/index.ts';
import { nodeHost } from '../helpers/node-host.ts';
import { createNode, tab, type FlowNode } from '../helpers/node-red.ts';
import { tempFolder } from '../helpers/temp-folder.ts';

const listener = (id: string): FlowNode => ({ id, type: 'helper', z: 'tab', x: 1, y: 1, wires: [] });

describe('backup-status', function () {
  const host = nodeHost();
  const folder = tempFolder();

  const flows = (onChange: boolean): FlowNode[] => {
    const path = join(folder(), 'data');
    mkdirSync(path, { recursive: true });
    writeFileSync(join(path, 'a.txt'), 'hello');
    const changes = { nodeRed: false, sources: [{ label: 'data', path, exclude: '' }], folder: join(folder(), 'b') };
    return [
      tab,
      createNode(changes),
      { id: 'status', type: 'backup-status', z: 'tab', onChange, x: 1, y: 1, wires: [['state']] },
      listener('result'),
      listener('events'),
      listener('state'),
    ];
  };
  const backUp = async (n: number): Promise<BackupRecord> => {
    host.send('create', { n });
    return (await host.hear('result', (message) => message['n'] === n))['backup'] as BackupRecord;
  };
  const ours = (payload: Record<string, unknown>): MergedRecord[] =>
    (payload['backups'] as MergedRecord[]).filter(({ plan_id }) => plan_id === 'create');

  it('answers with the sensors and the backups, newest first, and keeps the message', async () => {
    await host.load(flows(false));
    const first = await backUp(1);
    const second = await backUp(2);
    host.send('status', { topic: 'which?', mine: 1 });
    const answer = await host.hear('state');
    assert.equal(answer.topic, 'which?');
    assert.equal(answer['mine'], 1);
    const { payload } = answer;
    assert.equal(payload['manager_state'], 'idle');
    assert.deepEqual(payload['jobs'], []);
    assert.deepEqual(payload['broken'], []);
    assert.equal((payload['last_action_event'] as { event_type: string }).event_type, 'completed');
    for (const sensor of ['last_attempted_automatic_backup', 'last_completed_automatic_backup'])
      assert.ok(Date.parse(String(payload[sensor])) >= Date.parse(first.date), sensor);
    const ids = ours(payload).map(({ backup_id }) => backup_id);
    assert.deepEqual(
      ids.filter((id) => id === first.backup_id || id === second.backup_id),
      [second.backup_id, first.backup_id],
    );
    assert.equal(host.heard('state').length, 1, 'sends nothing by itself');
    assert.match(String(host.statuses('status').at(-1)?.text), /^idle · \d\d-\d\d \d\d:\d\d$/);
  });

  it('sends by itself when a job enters a stage and when it ends, if that is wanted', async () => {
    await host.load(flows(true));
    const { backup_id } = await backUp(1);
    const ended = await host.hear('state', ({ topic }) => topic === 'backup/create_backup/completed');
    assert.ok(ours(ended.payload).some((backup) => backup.backup_id === backup_id));
    assert.equal(ended.payload['manager_state'], 'idle');
    const began = await host.hear('state', ({ topic }) => topic === 'backup/create_backup/in_progress');
    assert.ok(host.heard('state').indexOf(began) < host.heard('state').indexOf(ended));
  });
});

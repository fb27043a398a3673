import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { heardFlow, smallCreate } from '../helpers/backup-nodes.ts';
import { nodeHost, userDir } from '../helpers/node-host.ts';
import type { ToldMessage } from '../helpers/node-red.ts';
import { restoreNode } from '../helpers/restore-node.ts';
import { tempFolder } from '../helpers/temp-folder.ts';

type Message = ToldMessage['msg'];

describe('backup-restore', function () {
  const host = nodeHost();
  const folder = tempFolder();
  const target = (): string => join(folder(), 'target');

  const codeOf = (message: Message): string => (message['error'] as { code: string }).code;
  const stageOf = ({ payload }: Message): unknown => payload['backup_stage'];

  /** Loads a flow with a node that restores, and makes a backup. @returns the message that tells of it */
  async function loaded(changes: Record<string, unknown> = {}, create: Record<string, unknown> = {}): Promise<Message> {
    const restore = restoreNode('restore', { folder: target(), wires: [['copied'], ['told']], ...changes });
    await host.load(heardFlow(smallCreate(folder(), create), restore));
    host.send('create', {});
    return host.hear('made');
  }

  const restores = (): readonly string[] => {
    const kept = join(userDir, '.nightkeep', 'restore');
    return existsSync(kept) ? readdirSync(kept) : [];
  };

  it('restores the backup of the message to the folder that is set, and passes the message on', async () => {
    const made = await loaded();
    host.send('restore', { ...made, mine: 1, target: '/elsewhere', folder: '/elsewhere', mode: 'node-red' });
    const copied = await host.hear('copied');
    const { backup_id } = made.payload;
    assert.deepEqual(copied.payload, { backup_id, target: target(), files: 1, bytes: 5 });
    assert.equal(copied['mine'], 1);
    assert.equal((copied['backup'] as { backup_id: unknown }).backup_id, backup_id);
    assert.equal(readFileSync(join(target(), 'data', 'a.txt'), 'utf8'), 'hello');
    assert.deepEqual(restores(), []);
    assert.ok(host.heard('told').some((message) => stageOf(message) === 'extract'));
    assert.match(String(host.statuses('restore').at(-1)?.text), /1 files$/);
  });

  it('takes the newest backup when the message names none', async () => {
    const made = await loaded();
    host.send('restore', { agent_id: made['agent_id'] });
    assert.equal((await host.hear('copied')).payload['backup_id'], made.payload['backup_id']);
  });

  it('takes the location that is chosen before that of the message', async () => {
    const made = await loaded({ locations: ['create'] });
    host.send('restore', { agent_id: 'not-there' });
    assert.equal((await host.hear('copied'))['agent_id'], made['agent_id']);
  });

  it('restores only the paths of the message', async () => {
    const made = await loaded({ paths: 'data' });
    host.send('restore', { ...made, paths: ['data/none.txt'] });
    assert.equal(codeOf(await host.hear('caught')), 'invalid_request');
    assert.equal(existsSync(target()), false);
  });

  it('replaces no files unless it is told to', async () => {
    const made = await loaded();
    host.send('restore', made);
    await host.hear('copied');
    writeFileSync(join(target(), 'data', 'a.txt'), 'mine');
    host.send('restore', { ...made, overwrite: true });
    assert.equal(codeOf(await host.hear('caught')), 'target_exists');
    assert.equal(readFileSync(join(target(), 'data', 'a.txt'), 'utf8'), 'mine');
    assert.deepEqual(host.statuses('restore').at(-1), { fill: 'red', shape: 'ring', text: 'target_exists' });
  });

  it('says which backup is not there', async () => {
    const made = await loaded();
    host.send('restore', { agent_id: made['agent_id'], backup_id: '20000101T000000Z-00000000' });
    const caught = await host.hear('caught');
    assert.equal(codeOf(caught), 'backup_not_found');
  });

  it('lays a backup ready for the next start, and takes it away again', async () => {
    const made = await loaded({ mode: 'node-red', notice: false }, { nodeRed: true });
    host.send('restore', made);
    const { payload } = await host.hear('copied');
    assert.equal(payload['state'], 'await_restart');
    assert.deepEqual(host.statuses('restore').at(-1), { fill: 'yellow', shape: 'ring', text: 'restart to apply' });
    assert.equal(restores().length, 1);
    await host.hear('told', (message) => stageOf(message) === 'await_restart');
    host.send('restore', made);
    assert.equal(codeOf(await host.hear('caught')), 'busy');
    host.send('restore', { cancel: true });
    await host.hear('told', (message) => message.payload['failed_reason'] === 'canceled');
    assert.deepEqual(restores(), []);
  });

  it('refuses to restore into Node-RED what is none, and to take back what was not done', async () => {
    const made = await loaded({ mode: 'node-red' });
    host.send('restore', made);
    assert.equal(codeOf(await host.hear('caught')), 'restore_failed');
    assert.deepEqual(restores(), []);
    await host.deploy(heardFlow(restoreNode('restore', { mode: 'undo', wires: [['copied'], ['told']] })));
    host.send('restore', {});
    assert.equal(
      codeOf(await host.hear('caught', (message) => codeOf(message) !== 'restore_failed')),
      'backup_not_found',
    );
  });
});

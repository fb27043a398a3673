import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { BackupRecord } from '../../src/index.ts';
import { IDENTITY, OTHER_IDENTITY, OTHER_RECIPIENT, PASSPHRASE, RECIPIENT } from '../helpers/age.ts';
import { heardFlow, smallCreate } from '../helpers/backup-nodes.ts';
import { nodeHost } from '../helpers/node-host.ts';
import type { FlowNode } from '../helpers/node-red.ts';
import { tempFolder } from '../helpers/temp-folder.ts';

describe('backup-key', function () {
  const host = nodeHost();
  const folder = tempFolder();

  const key = (changes: Record<string, unknown> = {}): FlowNode => ({
    id: 'key',
    type: 'backup-key',
    name: '',
    kind: 'identity',
    recipient: '',
    ...changes,
  });
  const create = (): FlowNode => smallCreate(folder(), { key: 'key', wires: [['made'], ['told']] });
  const load = (node: FlowNode, credentials: Record<string, string> = {}): Promise<void> =>
    host.load(heardFlow(node, create()), { key: credentials });

  async function backup(): Promise<{ record: BackupRecord; path: string }> {
    host.send('create', {});
    const made = await host.hear('made');
    return { record: made['backup'] as BackupRecord, path: String(made['filename']) };
  }

  /** What stock age makes of the archive. */
  function stock(path: string, identity: string): string {
    const keyFile = join(folder(), 'key.txt');
    writeFileSync(keyFile, `${identity}\n`);
    const line = `age -d -i '${keyFile}' '${path}' | zstd -d --stdout | tar -xO data/a.txt`;
    return execFileSync('sh', ['-c', line], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
  }

  it('encrypts backups for its identity, and tells it nowhere', async () => {
    await load(key(), { identity: IDENTITY });
    const { record, path } = await backup();
    assert.equal(record.protected, true);
    assert.equal(stock(path, IDENTITY), 'hello');
    const heard = JSON.stringify([host.heard('made'), host.heard('told'), host.statuses('create')]);
    assert.doesNotMatch(heard, /AGE-SECRET/);
    assert.deepEqual(host.said('key', 'error'), []);
  });

  it('encrypts for the identity and not for a recipient that somebody wrote beside it', async () => {
    await load(key({ recipient: OTHER_RECIPIENT }), { identity: IDENTITY });
    const { path } = await backup();
    assert.equal(stock(path, IDENTITY), 'hello');
    assert.throws(() => stock(path, OTHER_IDENTITY));
  });

  it('encrypts for recipients whose identities are elsewhere', async () => {
    await load(key({ kind: 'recipient', recipient: `${RECIPIENT}\n${OTHER_RECIPIENT}\n` }));
    const { path } = await backup();
    assert.equal(stock(path, IDENTITY), 'hello');
    assert.equal(stock(path, OTHER_IDENTITY), 'hello');
  });

  it('encrypts for its public half when the identity did not come along, and says so', async () => {
    await load(key({ recipient: RECIPIENT }));
    assert.equal(stock((await backup()).path, IDENTITY), 'hello');
    assert.match(String(host.said('key', 'warn')[0]?.message), /cannot be read here/);
  });

  it('encrypts with a passphrase', async () => {
    await load(key({ kind: 'passphrase' }), { passphrase: PASSPHRASE });
    const { path } = await backup();
    assert.match(readFileSync(path).toString('latin1', 0, 60), /-> scrypt /);
  });

  for (const [what, node, credentials] of [
    ['no key', key(), {}],
    ['no passphrase', key({ kind: 'passphrase' }), {}],
    ['an identity that is none', key(), { identity: 'AGE-SECRET-KEY-1XYZ' }],
    ['a recipient that is none', key({ kind: 'recipient', recipient: `${RECIPIENT}x` }), {}],
  ] as const) {
    it(`says at the deploy that there is ${what}, and then no backup is made without encryption`, async () => {
      await load(node, credentials);
      host.send('create', {});
      const caught = await host.hear('caught');
      assert.equal((caught['error'] as { code: string }).code, 'invalid_request');
      const failed = await host.hear('told', ({ payload }) => payload['event_type'] === 'failed');
      assert.equal(failed.payload['failed_reason'], 'invalid_request');
      assert.equal(host.said('key', 'error').length, 1);
      assert.doesNotMatch(JSON.stringify([caught, failed, host.said('key', 'error')]), /AGE-SECRET-KEY-1XYZ/);
      const backups = join(folder(), 'backups');
      assert.deepEqual(
        existsSync(backups) ? readdirSync(backups).filter((name) => name !== '.nightkeep.json') : [],
        [],
      );
    });
  }

  for (const [what, id] of [
    ['not there', 'gone'],
    ['no key but another node', 'made'],
  ] as const) {
    it(`that is ${what} stands for no backup at all`, async () => {
      await host.load(heardFlow(smallCreate(folder(), { key: id, wires: [['made'], []] })));
      host.send('create', {});
      const caught = await host.hear('caught');
      assert.match((caught['error'] as { message: string }).message, /nobody to encrypt for/);
    });
  }

  describe('in its dialog', () => {
    it('gets a new key, each time another, that age takes', async () => {
      await load(key());
      const [first, second] = [await host.ask('/backup/keys', {}), await host.ask('/backup/keys', {})];
      assert.equal(first.status, 200);
      assert.notEqual(first.body['identity'], second.body['identity']);
      const recipient = execFileSync('age-keygen', ['-y'], { input: String(first.body['identity']), encoding: 'utf8' });
      assert.equal(recipient.trim(), first.body['recipient']);
    });

    it('gets the public half of an identity that was pasted, and no word of one that is none', async () => {
      await load(key());
      const { body } = await host.ask('/backup/keys', { identity: ` ${IDENTITY}\n` });
      assert.equal(body['recipient'], RECIPIENT);
      const wrong = await host.ask('/backup/keys', { identity: 'AGE-SECRET-KEY-1XYZ' });
      assert.equal(wrong.status, 400);
      assert.doesNotMatch(JSON.stringify(wrong.body), /1XYZ/);
      assert.equal((await host.ask('/backup/keys', { identity: 'A'.repeat(5000) })).status, 400);
    });

    it('gets the recovery kit of what is deployed, or of what was typed and is not yet', async () => {
      await load(key(), { identity: IDENTITY });
      const { body } = await host.ask('/backup/keys/kit', { id: 'key', identity: '__PWRD__' });
      assert.deepEqual([body['identity'], body['recipient']], [IDENTITY, RECIPIENT]);
      assert.ok((body['locations'] as { id: string }[]).some(({ id }) => id === 'local'));
      assert.match(String(body['qr']), /^<svg/);
      const typed = await host.ask('/backup/keys/kit', { id: 'key', identity: OTHER_IDENTITY });
      assert.equal(typed.body['recipient'], OTHER_RECIPIENT);
      assert.equal((await host.ask('/backup/keys/kit', { id: 'other', identity: '__PWRD__' })).status, 422);
    });

    it('gets a QR code that reads as the identity', async () => {
      await load(key(), { identity: IDENTITY });
      const { body } = await host.ask('/backup/keys/kit', { id: 'key' });
      const { default: encodeQR } = await import('qr');
      const { default: decodeQR } = await import('qr/decode.js');
      assert.equal(body['qr'], encodeQR(IDENTITY, 'svg', { ecc: 'medium', border: 4 }));
      const rows = encodeQR(IDENTITY, 'raw', { ecc: 'medium', border: 4 });
      const scale = 8;
      const width = rows.length * scale;
      const data = new Uint8Array(width * width * 4).fill(255);
      for (const [i] of Array.from({ length: width * width }).entries()) {
        const isDark = rows[Math.floor(i / width / scale)]?.[Math.floor((i % width) / scale)] === true;
        data.fill(isDark ? 0 : 255, i * 4, i * 4 + 3);
      }
      assert.equal(decodeQR({ width, height: width, data }), IDENTITY);
    });
  });
});

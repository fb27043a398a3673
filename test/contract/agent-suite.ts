/* eslint-disable @typescript-eslint/require-await -- callbacks that must give a promise */
/** What every agent must do: a test for each sentence of the contract in src/agents/agent.ts. */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import type { BackupAgent, OpenArchive } from '../../src/agents/agent.ts';
import { BackupError } from '../../src/errors.ts';
import type { ErrorCode } from '../../src/errors.ts';
import type { BackupRecord } from '../../src/model.ts';
import { BACKUP_ID, OTHER_ID, recordOf as plainRecord } from '../helpers/records.ts';

/** The location behind an agent, reached past it. */
export interface LocationProbe {
  names(): Promise<readonly string[]>;
  read(name: string): Promise<Buffer>;
  write(name: string, content: string | Buffer): Promise<void>;
  remove(name: string): Promise<void>;
}

export interface AgentUnderTest {
  readonly agent: BackupAgent;
  /** A second agent on the same location, as another process would have. */
  readonly another: () => BackupAgent;
  readonly probe: LocationProbe;
}

const never = (): AbortSignal => new AbortController().signal;
const signal = never();
const SECRET = 'hunter2-do-not-tell';

function source(content: Buffer, chunkSize = 65_536): OpenArchive {
  return async (start = 0) => {
    const chunks: Buffer[] = [];
    for (let at = start; at < content.length; at += chunkSize) chunks.push(content.subarray(at, at + chunkSize));
    return Readable.from(chunks);
  };
}

function rejects(work: Promise<unknown>, code: ErrorCode): Promise<void> {
  return assert.rejects(work, (error: unknown) => {
    assert.ok(error instanceof BackupError, `not a BackupError: ${String(error)}`);
    assert.equal(error.code, code, error.message);
    assert.ok(error.message.length > 10);
    assert.ok(!error.message.includes(SECRET));
    return true;
  });
}

/**
 * @param begin - gives a fresh, empty location for each test
 * @param kind - what all records of the tests have in common
 */
export function agentSuite(name: string, begin: () => Promise<AgentUnderTest>, kind: Partial<BackupRecord> = {}): void {
  const recordOf: typeof plainRecord = (bytes, changes) => plainRecord(bytes, { ...kind, ...changes });

  describe(`agent contract: ${name}`, () => {
    const content = randomBytes(300_000);
    const record = recordOf(content);
    let agent: BackupAgent;
    let another: () => BackupAgent;
    let probe: LocationProbe;

    beforeEach(async () => {
      ({ agent, another, probe } = await begin());
    });
    afterEach(async () => {
      await agent.close();
    });

    const upload = (what: BackupRecord = record, open: OpenArchive = source(content)): Promise<void> =>
      agent.upload(what, open, { signal, onProgress: () => undefined });
    const ids = async (): Promise<string[]> => (await agent.list({ signal })).records.map((found) => found.backup_id);
    const partials = async (): Promise<string[]> => (await probe.names()).filter((entry) => entry.includes('partial'));
    const assertNothing = async (): Promise<void> => {
      assert.deepEqual(await agent.list({ signal }), { records: [], broken: [] });
      assert.deepEqual(await partials(), []);
      assert.deepEqual(
        (await probe.names()).filter((entry) => entry.startsWith('2')),
        [],
      );
    };

    it('lists nothing at an empty location', async () => {
      assert.deepEqual(await agent.list({ signal }), { records: [], broken: [] });
    });

    for (const [size, chunk] of [
      [1, 1],
      [65_536, 65_536],
      [300_001, 7_000],
    ] as const) {
      it(`gives back ${String(size)} bytes in chunks of ${String(chunk)} as they were`, async () => {
        const bytes = randomBytes(size);
        await upload(recordOf(bytes), source(bytes, chunk));
        assert.deepEqual(await buffer(await agent.download(BACKUP_ID, { signal })), bytes);
      });
    }

    it('lists a backup right after its upload, with its whole record', async () => {
      await upload();
      assert.deepEqual(await agent.list({ signal }), { records: [record], broken: [] });
      assert.deepEqual(await agent.get(BACKUP_ID, { signal }), record);
      assert.deepEqual(await another().get(BACKUP_ID, { signal }), record);
    });

    it('lists the newest first, by the moment and not by the text of the date', async () => {
      const dates = ['2026-11-20T03:00:00.000+01:00', '2026-11-20T02:30:00.000+00:00', '2026-11-20T03:10:00.000+01:00'];
      for (const [i, date] of dates.entries()) {
        await upload(recordOf(content, { backup_id: `20261120T02000${String(i)}Z-00000000`, date }));
      }
      const listed = (await agent.list({ signal })).records.map(({ date }) => date);
      assert.deepEqual(listed, [dates[1], dates[2], dates[0]]);
    });

    it('lists only what is whole: not what is being uploaded', async () => {
      let halfway: unknown = null;
      await upload(record, async () =>
        Readable.from(
          (async function* () {
            yield content.subarray(0, 1000);
            halfway = await agent.list({ signal });
            yield content.subarray(1000);
          })(),
        ),
      );
      assert.deepEqual(halfway, { records: [], broken: [] });
      assert.deepEqual(await ids(), [BACKUP_ID]);
    });

    it('reports a backup whose archive is gone as broken', async () => {
      await upload();
      await probe.remove(record.file);
      const { records, broken } = await agent.list({ signal });
      assert.deepEqual(records, []);
      assert.deepEqual(
        broken.map(({ reason, backup_id }) => [reason, backup_id]),
        [['archive_missing', BACKUP_ID]],
      );
      await rejects(agent.get(BACKUP_ID, { signal }), 'backup_not_found');
    });

    it('reports a backup whose archive was cut as broken', async () => {
      await upload();
      await probe.write(record.file, content.subarray(0, 1000));
      const { records, broken } = await agent.list({ signal });
      assert.deepEqual(records, []);
      assert.deepEqual(
        broken.map(({ reason, backup_id }) => [reason, backup_id]),
        [['archive_incomplete', BACKUP_ID]],
      );
      await rejects(agent.download(BACKUP_ID, { signal }), 'archive_corrupt');
    });

    it('reports an archive without sidecar as broken', async () => {
      await upload();
      await probe.remove(`${BACKUP_ID}.json`);
      const { records, broken } = await agent.list({ signal });
      assert.deepEqual(records, []);
      assert.deepEqual(
        broken.map(({ reason, file }) => [reason, file]),
        [['sidecar_missing', record.file]],
      );
      await rejects(agent.get(BACKUP_ID, { signal }), 'backup_not_found');
    });

    it('reports sidecars that cannot be used, and lists the others all the same', async () => {
      const text = JSON.stringify(record);
      const bad: readonly (readonly [string, string | Buffer, string])[] = [
        ['empty', '', 'sidecar_invalid'],
        ['not JSON', '{"format":1,', 'sidecar_invalid'],
        ['not UTF-8', Buffer.from([0x7b, 0xff, 0x7d]), 'sidecar_invalid'],
        ['no object', '[1]', 'sidecar_invalid'],
        ['of a newer format', text.replace('"format":1', '"format":2,"x":0'), 'unsupported_format'],
        ['huge', `${text.slice(0, -1)},"x":"${'y'.repeat(262_144)}"}`, 'sidecar_invalid'],
        ['with a wrong type', text.replace(`"size":${String(record.size)}`, '"size":"1"'), 'sidecar_invalid'],
        ['of another backup', text, 'sidecar_invalid'],
        ['with a file elsewhere', text.replace(record.file, `../${record.file}`), 'sidecar_invalid'],
      ];
      await upload();
      for (const [i, [, sidecar]] of bad.entries()) {
        await probe.write(`20250101T00000${String(i)}Z-00000000.json`, sidecar);
      }
      const { records, broken } = await agent.list({ signal });
      assert.deepEqual(records, [record]);
      const reasons = new Map(broken.map(({ backup_id, reason }) => [backup_id, reason]));
      for (const [i, [what, , reason]] of bad.entries()) {
        assert.equal(reasons.get(`20250101T00000${String(i)}Z-00000000`), reason, what);
      }
      assert.equal(broken.length, bad.length);
    });

    it('ignores keys that it does not know, and keeps them when it changes a record', async () => {
      await upload();
      const sidecar = `${BACKUP_ID}.json`;
      await probe.write(sidecar, JSON.stringify({ ...record, later: { a: 1 } }));
      assert.deepEqual(await agent.get(BACKUP_ID, { signal }), record);
      if (!agent.abilities.update) return;
      await agent.updateRecord(BACKUP_ID, { pinned: true }, { signal });
      const kept = JSON.parse((await probe.read(sidecar)).toString()) as Record<string, unknown>;
      assert.deepEqual(kept, { ...record, pinned: true, later: { a: 1 } });
    });

    it('sends nothing when the same backup is already there', async () => {
      await upload();
      let opened = 0;
      const seen: number[] = [];
      const open: OpenArchive = (start) => {
        opened++;
        return source(content)(start);
      };
      await agent.upload(record, open, { signal, onProgress: (bytes) => seen.push(bytes) });
      assert.equal(opened, 0);
      assert.deepEqual(seen, [record.size]);
    });

    it('refuses another backup with the same id and leaves what is there', async () => {
      await upload();
      const other = randomBytes(5000);
      await rejects(upload(recordOf(other), source(other)), 'target_exists');
      assert.deepEqual(await buffer(await agent.download(BACKUP_ID, { signal })), content);
      assert.deepEqual(await partials(), []);
    });

    it('heals a backup that is there but not whole', async () => {
      await upload();
      await probe.write(record.file, 'cut');
      await upload();
      assert.deepEqual(await buffer(await agent.download(BACKUP_ID, { signal })), content);
    });

    for (const [what, bytes] of [
      ['ends too soon', content.subarray(0, -1)],
      ['goes on for too long', Buffer.concat([content, Buffer.from('x')])],
      ['has the wrong bytes', Buffer.concat([content.subarray(0, -1), Buffer.from([(content.at(-1) ?? 0) ^ 1])])],
      ['is empty', Buffer.alloc(0)],
    ] as const) {
      it(`refuses a source that ${what}, and keeps nothing of it`, async () => {
        await rejects(upload(record, source(bytes)), 'upload_failed');
        await assertNothing();
      });
    }

    it('keeps nothing of an upload that is canceled, and throws the reason', async () => {
      const canceling = new AbortController();
      const reason = new BackupError('timeout', 'It took too long for this test.');
      const open: OpenArchive = async () =>
        Readable.from(
          (async function* () {
            yield content.subarray(0, 100_000);
            canceling.abort(reason);
            yield content.subarray(100_000);
          })(),
        );
      const uploading = agent.upload(record, open, { signal: canceling.signal, onProgress: () => undefined });
      await assert.rejects(uploading, (error) => error === reason);
      await assertNothing();
    });

    it('is canceled also while its source does not answer', async () => {
      const canceling = new AbortController();
      const silent = new Readable({ read: () => undefined });
      const open: OpenArchive = async () => {
        queueMicrotask(() => {
          canceling.abort(new Error('enough'));
        });
        return silent;
      };
      const uploading = agent.upload(record, open, { signal: canceling.signal, onProgress: () => undefined });
      await rejects(uploading, 'canceled');
      assert.ok(silent.destroyed);
      await assertNothing();
    });

    it('refuses to begin what is already canceled', async () => {
      const over = AbortSignal.abort(new BackupError('canceled', 'Canceled before it began.'));
      await rejects(agent.list({ signal: over }), 'canceled');
      await rejects(agent.upload(record, source(content), { signal: over, onProgress: () => undefined }), 'canceled');
      await assertNothing();
    });

    it('keeps nothing of an upload whose source fails, and throws what it failed with', async () => {
      const failure = new BackupError('agent_unreachable', 'The other side is gone.');
      const failing: OpenArchive = async () =>
        Readable.from(
          (async function* () {
            yield content.subarray(0, 100_000);
            await Promise.resolve();
            throw failure;
          })(),
        );
      await assert.rejects(upload(record, failing), (error) => error === failure);
      await assertNothing();
      await rejects(
        upload(record, () => Promise.reject(new Error('no such stream'))),
        'upload_failed',
      );
      await assertNothing();
    });

    it('tells progress that never falls and ends with the size', async () => {
      const seen: number[] = [];
      await agent.upload(record, source(content, 10_000), { signal, onProgress: (bytes) => seen.push(bytes) });
      assert.deepEqual(
        seen,
        [...seen].sort((a, b) => a - b),
      );
      assert.equal(seen.at(-1), record.size);
    });

    it('throws backup_not_found for an id that is not there', async () => {
      await rejects(agent.get(OTHER_ID, { signal }), 'backup_not_found');
      await rejects(agent.download(OTHER_ID, { signal }), 'backup_not_found');
      await rejects(agent.delete(OTHER_ID, { signal }), 'backup_not_found');
      if (agent.abilities.update) await rejects(agent.updateRecord(OTHER_ID, {}, { signal }), 'backup_not_found');
    });

    it('deletes a backup, once, and no other', async () => {
      await upload();
      await upload(recordOf(content, { backup_id: OTHER_ID }));
      await agent.delete(BACKUP_ID, { signal });
      assert.deepEqual(await ids(), [OTHER_ID]);
      await rejects(agent.delete(BACKUP_ID, { signal }), 'backup_not_found');
      assert.deepEqual(
        (await probe.names()).filter((entry) => entry.startsWith(BACKUP_ID)),
        [],
      );
      assert.deepEqual(await buffer(await agent.download(OTHER_ID, { signal })), content);
    });

    it('deletes what is left of a broken backup', async () => {
      await probe.write(record.file, 'an archive without sidecar');
      await agent.delete(BACKUP_ID, { signal });
      await probe.write(`${BACKUP_ID}.json`, 'not JSON');
      await agent.delete(BACKUP_ID, { signal });
      await assertNothing();
    });

    it('changes a record when it says it can', async () => {
      await upload();
      const changes = { pinned: true, expires: '2027-01-01T00:00:00.000+00:00' };
      if (!agent.abilities.update) {
        await rejects(agent.updateRecord(BACKUP_ID, changes, { signal }), 'invalid_request');
        return;
      }
      await agent.updateRecord(BACKUP_ID, changes, { signal });
      assert.deepEqual(await agent.get(BACKUP_ID, { signal }), { ...record, ...changes });
      await agent.updateRecord(BACKUP_ID, { expires: null }, { signal });
      assert.deepEqual(await agent.get(BACKUP_ID, { signal }), { ...record, pinned: true });
      await rejects(agent.updateRecord(BACKUP_ID, { expires: 'soon' }, { signal }), 'invalid_request');
      assert.deepEqual(await partials(), []);
    });

    it('sends a part of a backup when it says it can', async () => {
      await upload();
      const range = { start: 1000, length: 70_000 };
      if (!agent.abilities.range) {
        await rejects(agent.download(BACKUP_ID, { signal, range }), 'invalid_request');
        return;
      }
      const part = await buffer(await agent.download(BACKUP_ID, { signal, range }));
      assert.deepEqual(part, content.subarray(1000, 71_000));
      const last = { start: content.length - 1, length: 1 };
      assert.deepEqual(await buffer(await agent.download(BACKUP_ID, { signal, range: last })), content.subarray(-1));
      for (const bad of [
        { start: content.length, length: 1 },
        { start: 0, length: 0 },
        { start: -1, length: 5 },
      ]) {
        await rejects(agent.download(BACKUP_ID, { signal, range: bad }), 'invalid_request');
      }
    });

    it('leaves files that are not ours alone and does not report them', async () => {
      const foreign = ['notes.txt', 'a.tar.zst', 'package.json', `${BACKUP_ID}.txt`, 'x20261120T020000Z-9f3ac1d2.json'];
      for (const file of foreign) await probe.write(file, 'mine');
      await upload();
      assert.deepEqual(await agent.list({ signal }), { records: [record], broken: [] });
      await agent.delete(BACKUP_ID, { signal });
      for (const file of foreign) assert.equal((await probe.read(file)).toString(), 'mine');
    });

    for (const id of ['../x', '', '..', '/etc/passwd', `${BACKUP_ID}/../x`, `${BACKUP_ID}\n`, 'x'.repeat(5000)]) {
      it(`makes no path of the id ${JSON.stringify(id.slice(0, 40))}`, async () => {
        await rejects(agent.get(id, { signal }), 'invalid_request');
        await rejects(agent.download(id, { signal }), 'invalid_request');
        await rejects(agent.delete(id, { signal }), 'invalid_request');
        await rejects(agent.updateRecord(id, {}, { signal }), 'invalid_request');
        await rejects(upload({ ...record, backup_id: id }), 'invalid_request');
        await rejects(upload({ ...record, file: `${id}/x` }), 'invalid_request');
        assert.deepEqual(await probe.names(), []);
      });
    }

    it('takes four uploads at once, also of one and the same backup', async () => {
      const records = [0, 1, 2, 3].map((i) => recordOf(content, { backup_id: `20261120T02000${String(i)}Z-00000000` }));
      await Promise.all(records.map((each) => upload(each)));
      assert.equal((await ids()).length, 4);
      await Promise.all([upload(), upload(), upload(), upload()]);
      assert.equal((await ids()).length, 5);
      assert.deepEqual(await buffer(await agent.download(BACKUP_ID, { signal })), content);
      assert.deepEqual(await partials(), []);
    });

    it('goes on with one upload when another is canceled', async () => {
      const canceling = new AbortController();
      const slow: OpenArchive = async () => new Readable({ read: () => undefined });
      const one = agent.upload(recordOf(content, { backup_id: OTHER_ID }), slow, {
        signal: canceling.signal,
        onProgress: () => undefined,
      });
      const two = upload();
      canceling.abort(new BackupError('canceled', 'The first of two was canceled.'));
      await rejects(one, 'canceled');
      await two;
      assert.deepEqual(await ids(), [BACKUP_ID]);
    });

    it('checks that the location can be used, and leaves nothing behind', async () => {
      const report = await agent.check({ signal });
      assert.deepEqual(
        report.steps.map(({ name: step, ok }) => [step, ok]),
        [
          ['reach', true],
          ['write', true],
          ['read', true],
          ['rename', true],
          ['list', true],
          ['delete', true],
        ],
      );
      assert.equal(report.ok, true);
      await assertNothing();
    });

    it('tells free bytes, or null when it cannot', async () => {
      await upload();
      const space = await agent.space({ signal });
      assert.ok(space === null || space.free > 0);
    });

    it('refuses every call after it was closed, and may be closed twice', async () => {
      await upload();
      await agent.close();
      await agent.close();
      await rejects(agent.list({ signal }), 'agent_error');
      await rejects(agent.get(BACKUP_ID, { signal }), 'agent_error');
      await rejects(agent.download(BACKUP_ID, { signal }), 'agent_error');
      await rejects(upload(), 'agent_error');
      await rejects(agent.updateRecord(BACKUP_ID, {}, { signal }), 'agent_error');
      await rejects(agent.delete(BACKUP_ID, { signal }), 'agent_error');
      await rejects(agent.check({ signal }), 'agent_error');
      await rejects(agent.space({ signal }), 'agent_error');
    });
  });
}

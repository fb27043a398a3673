import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { MessageChannel } from 'node:worker_threads';
import { BackupError } from '../../../src/errors.ts';
import { nextTurn } from '../../../src/clock.ts';
import { giveAway } from '../../../src/io/own-memory.ts';
import { receiveChunks, sendChunks } from '../../../src/io/thread-pipe.ts';

const CHUNK = 100_000;

describe('a pipe between threads', () => {
  const content = randomBytes(3_000_000);
  const chunks = function* (): Generator<Uint8Array, void, undefined> {
    for (let at = 0; at < content.length; at += CHUNK) yield content.subarray(at, at + CHUNK);
  };

  it('gives all bytes in order, and leaves those that were sent as they are', async () => {
    const before = Buffer.from(content);
    const { port1, port2 } = new MessageChannel();
    const sent = sendChunks(port1, chunks());
    const parts: Buffer[] = [];
    for await (const bytes of receiveChunks(port2)) parts.push(Buffer.from(bytes));
    await sent;
    assert.ok(Buffer.concat(parts).equals(before));
    assert.ok(content.equals(before));
  });

  it('hands memory over where that was allowed, and copies it elsewhere', async () => {
    const own = new Uint8Array(5);
    const given = new Uint8Array(7);
    giveAway(given.buffer);
    const { port1, port2 } = new MessageChannel();
    const sent = sendChunks(port1, [own, given]);
    const lengths: number[] = [];
    for await (const bytes of receiveChunks(port2)) lengths.push(bytes.length);
    await sent;
    assert.deepEqual(lengths, [5, 7]);
    assert.deepEqual([own.length, given.length], [5, 0]);
  });

  it('lets no more wait than its window', async () => {
    let taken = 0;
    const { port1, port2 } = new MessageChannel();
    const counted = function* (): Generator<Uint8Array, void, undefined> {
      for (const chunk of chunks()) {
        taken += chunk.length;
        yield chunk;
      }
    };
    const sent = sendChunks(port1, counted());
    const reading = receiveChunks(port2);
    await reading.next();
    for (let i = 0; i < 50; i++) await nextTurn();
    assert.ok(taken <= 1024 * 1024 + 2 * CHUNK, `${String(taken)} bytes were taken`);
    await reading.return(undefined);
    await sent;
  });

  it('stops its source when nobody wants more', async () => {
    let ended = false;
    const { port1, port2 } = new MessageChannel();
    const endless = function* (): Generator<Uint8Array, void, undefined> {
      try {
        for (;;) yield new Uint8Array(CHUNK);
      } finally {
        ended = true;
      }
    };
    const sent = sendChunks(port1, endless());
    for await (const bytes of receiveChunks(port2)) {
      assert.equal(bytes.length, CHUNK);
      break;
    }
    await sent;
    assert.ok(ended);
  });

  it('tells both sides of a source that fails', async () => {
    const broken = new BackupError('upload_failed', 'The source broke.', { temporary: true, data: { kept: 5 } });
    const failing = function* (): Generator<Uint8Array, void, undefined> {
      yield new Uint8Array(10);
      throw broken;
    };
    const { port1, port2 } = new MessageChannel();
    const sent = assert.rejects(sendChunks(port1, failing()), broken);
    const read = async (): Promise<void> => {
      for await (const bytes of receiveChunks(port2)) assert.equal(bytes.length, 10);
    };
    await assert.rejects(read(), { code: 'upload_failed', temporary: true, data: { kept: 5 } });
    await sent;
  });

  it('fails when the other side is gone without a word', async () => {
    const { port1, port2 } = new MessageChannel();
    const reading = receiveChunks(port2).next();
    port1.close();
    await assert.rejects(reading, { code: 'agent_error', temporary: true });
  });
});

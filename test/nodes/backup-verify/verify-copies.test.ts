import assert from 'node:assert/strict';
import { getEventListeners } from 'node:events';
import { verifyCopies } from '../../../nodes/backup-verify/verify-copies.ts';
import { BackupError, type Engine, type VerifyReport } from '../../../src/index.ts';

describe('the copies of a run of backup-verify', () => {
  const options = { drill: false, nodeId: null, automatic: false };
  const backupId = '20261120T020000Z-9f3ac1d2';
  const none = { problems: [], files: 1, bytes: 5, seconds: 1 };

  function engineWith(result: () => Promise<VerifyReport>): { engine: Engine; canceled: () => number } {
    let canceled = 0;
    const verify = (): object => ({ result: result(), cancel: () => (canceled += 1) });
    return { engine: { verify } as unknown as Engine, canceled: () => canceled };
  }

  it('leave nothing on the signal of the node, which outlives them', async () => {
    const { signal } = new AbortController();
    const run = { agentIds: ['a', 'b'], backupId, options, signal };
    const { engine } = engineWith(() => Promise.resolve(none as unknown as VerifyReport));
    assert.equal((await verifyCopies(engine, run)).payload.copies.length, 2);
    const failing = engineWith(() => Promise.reject(new BackupError('agent_error', 'no')));
    assert.deepEqual(Object.keys((await verifyCopies(failing.engine, run)).payload.errors), ['a', 'b']);
    assert.deepEqual(getEventListeners(signal, 'abort'), []);
  });

  it('are canceled with the node', async () => {
    const controller = new AbortController();
    const run = { agentIds: ['a', 'b'], backupId, options, signal: controller.signal };
    let fail: (error: BackupError) => void = () => undefined;
    const { engine, canceled } = engineWith(() => new Promise((_, reject) => (fail = reject)));
    const verified = verifyCopies(engine, run);
    controller.abort();
    assert.equal(canceled(), 1);
    fail(new BackupError('canceled', 'It was canceled.'));
    await assert.rejects(verified, { code: 'canceled' });
  });
});

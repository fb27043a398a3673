import assert from 'node:assert/strict';
import { BackupError } from '../../../src/errors.ts';
import { orAborted } from '../../../src/io/abort.ts';

describe('work that can be aborted', () => {
  it('ends with the reason, at once, or with what it came to', async () => {
    const canceling = new AbortController();
    const reason = new BackupError('timeout', 'It took too long.');
    const endless = orAborted(new Promise<never>(() => undefined), canceling.signal);
    assert.equal(await orAborted(Promise.resolve(1), canceling.signal), 1);
    canceling.abort(reason);
    await assert.rejects(endless, (error) => error === reason);
    await assert.rejects(orAborted(new Promise<never>(() => undefined), canceling.signal), (error) => error === reason);
  });

  it('turns a foreign reason into a BackupError', async () => {
    const signal = AbortSignal.abort('because');
    await assert.rejects(orAborted(Promise.resolve(), signal), { name: 'BackupError', code: 'canceled' });
  });
});

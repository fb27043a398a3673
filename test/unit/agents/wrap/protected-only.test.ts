import assert from 'node:assert/strict';
import { type Readable } from 'node:stream';
import { protectedOnly } from '../../../../src/agents/wrap/protected-only.ts';
import { memoryAgent } from '../../../helpers/memory-agent.ts';
import { recordOf } from '../../../helpers/records.ts';
import { MemoryStore } from '../../../helpers/memory-store.ts';

describe('a location for encrypted archives only', () => {
  const signal = new AbortController().signal;
  const content = Buffer.from('archive');

  it('refuses one that is not, before anything is read or sent', async () => {
    const store = new MemoryStore();
    const open = (): Promise<Readable> => Promise.reject(new Error('it was read'));
    const work = protectedOnly(memoryAgent('nas', store)).upload(recordOf(content), open, {
      signal,
      onProgress: () => undefined,
    });
    await assert.rejects(work, { code: 'not_encrypted', temporary: false, message: /was not sent to NAS/ });
    assert.deepEqual(store.calls, []);
  });
});

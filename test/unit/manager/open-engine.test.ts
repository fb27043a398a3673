import assert from 'node:assert/strict';
import { openEngineWith } from '../../../src/manager/open-engine.ts';
import { FakeArchive } from '../../helpers/fake-archive.ts';

describe('opening the engine', () => {
  it('needs an absolute folder for its state', async () => {
    const options = { stateDir: 'state', instanceName: 'x', nodeRedVersion: null };
    await assert.rejects(openEngineWith(options, new FakeArchive()), { name: 'BackupError', code: 'invalid_request' });
  });
});

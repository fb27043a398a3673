import assert from 'node:assert/strict';
import { changeBackup } from '../../../../src/manager/locations/change-backup.ts';
import type { BackupAgent } from '../../../../src/agents/agent.ts';

describe('a change of what a location knows of a backup', () => {
  it('is refused before anything is asked of a location that cannot do it', async () => {
    const untouched = new Proxy(
      { name: 'Archive', abilities: { range: true, resume: false, update: false } },
      {
        get: (known, key) =>
          key in known ? (Reflect.get(known, key) as unknown) : assert.fail(`${String(key)} was asked for`),
      },
    );
    const request = { backupId: '20261120T020000Z-9f3ac1d2', changes: { pinned: true } };
    const change = changeBackup(untouched as unknown as BackupAgent, request, new AbortController().signal);
    await assert.rejects(change, { code: 'invalid_request', message: /^Archive cannot change/ });
  });
});

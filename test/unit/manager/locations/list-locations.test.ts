import assert from 'node:assert/strict';
import { join } from 'node:path';
import { createSftpAgent } from '../../../../src/agents/sftp/sftp.ts';
import type { SftpSettings } from '../../../../src/agents/sftp/settings.ts';
import { systemClock } from '../../../../src/clock.ts';
import { BackupError } from '../../../../src/errors.ts';
import { engineBench } from '../../../helpers/engine-bench.ts';
import { silentServer, type SilentServer } from '../../../helpers/silent-server.ts';
import { SshServer } from '../../../helpers/ssh-server.ts';

const LIVING = 7;

describe('ten locations of which three are dead', function () {
  const bench = engineBench();
  let server: SshServer;
  let silent: SilentServer;

  before(async () => {
    server = await SshServer.start();
    silent = await silentServer();
  });
  after(async () => {
    await server.stop();
    await silent.close();
  });

  it('get seven copies, and each failure has its reason', async () => {
    const { engine, request, copyTo, root } = bench();
    const { backup_id: backupId } = await engine.create(request()).result;
    const register = (id: string, changes: Partial<SftpSettings>): void => {
      const settings = { ...server.settings(join(root, id)), ...changes };
      engine.locations.register(
        createSftpAgent({ id, name: id, settings, clock: systemClock, instanceId: engine.instanceId }),
      );
    };
    const living = Array.from({ length: LIVING }, (_, i) => `nas${String(i)}`);
    for (const id of living) register(id, {});
    register('closed', { port: 1 });
    register('silent', { port: silent.port });
    register('stranger', { hostKeys: [`SHA256:${'A'.repeat(43)}`] });
    const ends = await Promise.all(
      [...living, 'closed', 'silent', 'stranger'].map(async (id) => {
        const { result } = engine.copy(copyTo(id, { backupId, from: 'local', retryForMs: 0 }));
        return result.then(
          () => 'copied',
          (error: unknown) => (error instanceof BackupError ? error.code : String(error)),
        );
      }),
    );
    const failures = ['agent_unreachable', 'agent_unreachable', 'agent_host_key_mismatch'];
    assert.deepEqual(ends, [...living.map(() => 'copied'), ...failures]);
    const { backups } = await engine.locations.list(new AbortController().signal);
    assert.deepEqual(Object.keys(backups[0]?.agents ?? {}).sort(), ['local', ...living]);
  });
});

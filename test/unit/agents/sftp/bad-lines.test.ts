import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { createSftpAgent } from '../../../../src/agents/sftp/sftp.ts';
import { systemClock } from '../../../../src/clock.ts';
import { badLinesSuite } from '../../../contract/bad-lines-suite.ts';
import { isLongRun, recordFigure, tellProgress } from '../../../helpers/figures.ts';
import { recordOf } from '../../../helpers/records.ts';
import { oneSshServer } from '../../../helpers/one-ssh-server.ts';
import { TcpProxy } from '../../../helpers/tcp-proxy.ts';
import { tempFolder } from '../../../helpers/temp-folder.ts';

const instanceId = '6f9619ff8b86d011b42d00c04fc964ff';
const CONTENT = randomBytes(24 * 1024 * 1024);
const CUTS = isLongRun ? 20 : 3;

describe('OpenSSH at the end of a bad line', function () {
  const folder = tempFolder();
  const signal = new AbortController().signal;
  const server = oneSshServer();

  badLinesSuite('OpenSSH', server);

  it(`gets all of an upload, killed and started again at ${String(CUTS)} points`, async () => {
    const place = mkdtempSync(join(folder(), 'place-'));
    const proxy = await TcpProxy.start(server().port);
    const settings = server().settings(place, { port: proxy.port });
    const agent = createSftpAgent({ id: 'nas', name: 'nas', settings, clock: systemClock, instanceId });
    const record = recordOf(CONTENT);
    const upload = (): Promise<void> =>
      agent.upload(record, () => Promise.resolve(Readable.from([CONTENT])), { signal, onProgress: () => undefined });
    for (let cut = 1; cut <= CUTS; cut++) {
      tellProgress(`cut ${String(cut)} of ${String(CUTS)}`);
      proxy.sent = 0;
      let restarted: Promise<void> = Promise.resolve();
      proxy.onSent = (sent) => {
        if (sent < (CONTENT.length * cut) / (CUTS + 1)) return;
        proxy.onSent = () => undefined;
        restarted = server()
          .kill()
          .then(() => server().run());
      };
      await assert.rejects(upload(), { code: 'agent_unreachable' });
      await restarted;
      // A failed connection is not tried again at once.
      await new Promise((resolve) => setTimeout(resolve, 1_100));
      assert.deepEqual((await agent.list({ signal })).records, []);
      await upload();
      assert.deepEqual((await agent.list({ signal })).records, [record]);
      assert.ok(readFileSync(join(place, record.file)).equals(CONTENT));
      await agent.delete(record.backup_id, { signal });
    }
    recordFigure(
      'uploads by SFTP over a server that is killed in the middle',
      `${String(CUTS)} of ${String(CUTS)} whole`,
    );
    await agent.close();
    await proxy.close();
  });
});

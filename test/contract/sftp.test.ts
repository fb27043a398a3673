import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createSftpAgent } from '../../src/agents/sftp.ts';
import type { BackupAgent } from '../../src/agents/agent.ts';
import { systemClock } from '../../src/clock.ts';
import { SshServer } from '../helpers/ssh-server.ts';
import { tempFolder } from '../helpers/temp-folder.ts';
import { agentSuite } from './agent-suite.ts';
import type { LocationProbe } from './agent-suite.ts';

const instanceId = '6f9619ff8b86d011b42d00c04fc964ff';

describe('a folder of an SFTP server', function () {
  this.timeout(30_000);
  const folder = tempFolder();
  const agents: BackupAgent[] = [];
  let server: SshServer;

  before(async () => {
    server = await SshServer.start();
  });
  afterEach(async () => {
    await Promise.all(agents.splice(0).map((agent) => agent.close()));
  });
  after(() => server.stop());

  agentSuite('sftp', async () => {
    const place = await mkdtemp(join(folder(), 'place-'));
    const make = (): BackupAgent => {
      const settings = server.settings(place);
      const agent = createSftpAgent({ id: 'nas', name: 'nas', settings, clock: systemClock, instanceId });
      agents.push(agent);
      return agent;
    };
    const probe: LocationProbe = {
      names: () => readdir(place),
      read: (name) => readFile(join(place, name)),
      write: (name, content) => writeFile(join(place, name), content),
      remove: (name) => rm(join(place, name)),
    };
    return { agent: make(), another: make, probe };
  });
});

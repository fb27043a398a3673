import { mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import { createSftpAgent } from '../../src/agents/sftp/sftp.ts';
import type { BackupAgent } from '../../src/agents/agent.ts';
import type { SftpSettings } from '../../src/agents/sftp/settings.ts';
import { systemClock } from '../../src/clock.ts';
import { tempFolder } from '../helpers/temp-folder.ts';
import { agentSuite } from './agent-suite.ts';
import { folderProbe } from './folder-probe.ts';

const instanceId = '6f9619ff8b86d011b42d00c04fc964ff';

/** The contract of an agent on one kind of SFTP server. */
export function sftpSuite(name: string, server: () => { settings(folder: string): SftpSettings }): void {
  describe(name, () => {
    const folder = tempFolder();
    const agents: BackupAgent[] = [];

    afterEach(async () => {
      await Promise.all(agents.splice(0).map((agent) => agent.close()));
    });

    agentSuite(name, async () => {
      const place = await mkdtemp(join(folder(), 'place-'));
      const make = (): BackupAgent => {
        const settings = server().settings(place);
        const agent = createSftpAgent({ id: 'nas', name: 'nas', settings, clock: systemClock, instanceId });
        agents.push(agent);
        return agent;
      };
      return { agent: make(), another: make, probe: folderProbe(place) };
    });
  });
}

/** What Node-RED notices of an upload of 1 GiB by SFTP: its event loop, and its memory. */
import { backupFlow, copyFlow } from '../../test/helpers/backup-flow.ts';
import { SshServer } from '../../test/helpers/ssh-server.ts';
import { database } from '../data/database.ts';
import { median } from '../measure/alternate.ts';
import { delayRows } from '../measure/delay-rows.ts';
import { megabytes } from '../measure/format.ts';
import type { LoopDelay } from '../measure/loop-delay.ts';
import { emptyFolder, outFolder, removeFolder } from '../measure/our-command.ts';
import type { BenchCase } from '../measure/row.ts';
import { watchedRun, withInstalled } from '../measure/watched-node-red.ts';

const ROUNDS = 3;

async function measure(server: SshServer, userDir: string, folder: string): Promise<LoopDelay> {
  const remote = outFolder('remote');
  emptyFolder(remote);
  const { host, port, username } = server.settings(remote);
  const place = { host, port: String(port), username, keyFile: server.userKey, hostKey: server.fingerprint };
  const agent = { ...place, folder: remote, sendUnencrypted: true, retryHours: '0' };
  return watchedRun(userDir, copyFlow(folder, agent), 'copy-now');
}

export const sftpNodeRed: BenchCase = {
  name: 'sftp-node-red',
  async run() {
    const server = await SshServer.start();
    const folder = outFolder('backups');
    emptyFolder(folder);
    const seen: LoopDelay[] = [];
    try {
      await withInstalled(async (userDir) => {
        const sources = [{ label: 'database', path: database().path, exclude: '' }];
        await watchedRun(userDir, backupFlow({ nodeRed: false, sources, folder, compression: 'none' }), 'backup-now');
        for (let round = 0; round < ROUNDS; round += 1) seen.push(await measure(server, userDir, folder));
      });
    } finally {
      await server.stop();
      for (const used of [folder, outFolder('remote')]) removeFolder(used);
    }
    const above = median(seen.map(({ memoryPeak, memoryBefore }) => memoryPeak - memoryBefore));
    return [
      ...delayRows('while 1 GiB is uploaded by SFTP', seen),
      {
        figure: 'memory of Node-RED above idle meanwhile',
        ours: megabytes(above),
        rival: '',
        score: above / 1e6,
        unit: ' MB',
        atLeast: 60,
        aim: 30,
      },
    ];
  },
};

/** The list of 1,000 backups over SFTP, when it was asked for before. */
import { setTimeout as sleep } from 'node:timers/promises';
import { createSftpAgent } from '../../src/agents/sftp/sftp.ts';
import { systemClock } from '../../src/clock.ts';
import { SshServer } from '../../test/helpers/ssh-server.ts';
import { BACKUPS, thousandBackups } from '../data/thousand-backups.ts';
import { median } from '../measure/alternate.ts';
import { seconds } from '../measure/format.ts';
import { emptyFolder, outFolder, removeFolder } from '../measure/our-command.ts';
import type { BenchCase } from '../measure/row.ts';

const ROUNDS = 5;
/** Sidecars that were just written are read again each time. */
const SETTLED_MS = 4_000;

async function secondLists(folder: string): Promise<number[]> {
  const server = await SshServer.start();
  const settings = server.settings(folder);
  const instanceId = '00000000000000000000000000000000';
  const agent = createSftpAgent({ id: 'bench', name: 'bench', settings, clock: systemClock, instanceId });
  const { signal } = new AbortController();
  const times: number[] = [];
  try {
    await sleep(SETTLED_MS);
    for (let round = 0; round <= ROUNDS; round += 1) {
      const started = performance.now();
      const { records } = await agent.list({ signal });
      if (records.length !== BACKUPS) throw new Error(`${records.length} backups were listed.`);
      if (round > 0) times.push(performance.now() - started);
    }
  } finally {
    await agent.close();
    await server.stop();
  }
  return times;
}

export const sftpList: BenchCase = {
  name: 'sftp-list',
  async run() {
    const folder = outFolder('remote');
    emptyFolder(folder);
    try {
      await thousandBackups(folder);
      const time = median(await secondLists(folder));
      return [
        {
          figure: `list ${BACKUPS} backups over SFTP, the second time`,
          ours: seconds(time),
          rival: '',
          score: time / 1000,
          unit: ' s',
          atLeast: 1,
          aim: 0.3,
        },
      ];
    } finally {
      removeFolder(folder);
    }
  },
};

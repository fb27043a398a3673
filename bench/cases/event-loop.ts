/** How long Node-RED's event loop is held while B is backed up inside it. */
import { backupFlow } from '../../test/helpers/backup-flow.ts';
import { database } from '../data/database.ts';
import { delayRows } from '../measure/delay-rows.ts';
import type { LoopDelay } from '../measure/loop-delay.ts';
import { emptyFolder, outFolder, removeFolder } from '../measure/our-command.ts';
import type { BenchCase } from '../measure/row.ts';
import { watchedRun, withInstalled } from '../measure/watched-node-red.ts';

const ROUNDS = 3;

async function measure(userDir: string): Promise<LoopDelay> {
  const folder = outFolder('backups');
  emptyFolder(folder);
  const sources = [{ label: 'database', path: database().path, exclude: '' }];
  try {
    return await watchedRun(userDir, backupFlow({ nodeRed: false, sources, folder }), 'backup-now');
  } finally {
    removeFolder(folder);
  }
}

export const eventLoop: BenchCase = {
  name: 'event-loop',
  async run() {
    const seen: LoopDelay[] = [];
    await withInstalled(async (userDir) => {
      for (let round = 0; round < ROUNDS; round += 1) seen.push(await measure(userDir));
    });
    return delayRows('while B is saved', seen);
  },
};

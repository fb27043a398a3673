/** The list of 1,000 backups, from the start of the process to its end. */
import { BACKUPS, thousandBackups } from '../data/thousand-backups.ts';
import { median } from '../measure/alternate.ts';
import { seconds } from '../measure/format.ts';
import { emptyFolder, ourCommand, outFolder, removeFolder } from '../measure/our-command.ts';
import type { BenchCase } from '../measure/row.ts';
import { timedRun } from '../measure/timed-run.ts';

const ROUNDS = 9;

export const list: BenchCase = {
  name: 'list',
  async run() {
    const folder = outFolder('ours');
    emptyFolder(folder);
    try {
      await thousandBackups(folder);
      const times: number[] = [];
      for (let round = 0; round < ROUNDS; round += 1) {
        times.push(await timedRun(ourCommand('list', '--at', folder, '--json')));
      }
      const time = median(times);
      return [
        {
          figure: `list ${BACKUPS} backups`,
          ours: seconds(time),
          rival: '',
          score: time / 1000,
          unit: ' s',
          atLeast: 0.3,
          aim: 0.1,
        },
      ];
    } finally {
      removeFolder(folder);
    }
  },
};

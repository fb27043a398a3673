/** The list of 1,000 backups, from the start of the process to its end. */
import { copyFileSync, globSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { ROOT } from '../data/dataset.ts';
import { median } from '../measure/alternate.ts';
import { seconds } from '../measure/format.ts';
import { archiveIn, emptyFolder, ourCommand, outFolder, removeFolder } from '../measure/our-command.ts';
import type { BenchCase } from '../measure/row.ts';
import { timedRun } from '../measure/timed-run.ts';

const COUNT = 1000;
const ROUNDS = 9;

/** One real backup, and 999 that differ from it in their ids alone. */
async function fill(folder: string): Promise<void> {
  await timedRun(ourCommand('create', '--source', join(ROOT, 'package.json'), '--to', folder));
  const archive = archiveIn(folder);
  const [sidecar = ''] = globSync('[0-9]*.json', { cwd: folder });
  const text = readFileSync(join(folder, sidecar), 'utf8');
  const id = basename(sidecar, '.json');
  for (let n = 1; n < COUNT; n += 1) {
    const copy = `${id.slice(0, -8)}${n.toString(16).padStart(8, '0')}`;
    copyFileSync(archive, archive.replace(id, copy));
    writeFileSync(join(folder, `${copy}.json`), text.replaceAll(id, copy));
  }
}

export const list: BenchCase = {
  name: 'list',
  async run() {
    const folder = outFolder('ours');
    emptyFolder(folder);
    try {
      await fill(folder);
      const times: number[] = [];
      for (let round = 0; round < ROUNDS; round += 1) {
        times.push(await timedRun(ourCommand('list', '--at', folder, '--json')));
      }
      const time = median(times);
      return [
        {
          figure: `list ${COUNT} backups`,
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

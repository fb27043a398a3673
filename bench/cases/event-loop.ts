/** How long Node-RED's event loop is held while B is backed up inside it. */
import { existsSync, mkdirSync, readFileSync, watch } from 'node:fs';
import { join } from 'node:path';
import { backupFlow } from '../../test/helpers/backup-flow.ts';
import { installInto, packTo } from '../../test/helpers/packed-package.ts';
import { startNodeRed, type RunningNodeRed } from '../../scripts/start-node-red.ts';
import { database } from '../data/database.ts';
import { ROOT } from '../data/dataset.ts';
import type { LoopDelay } from '../measure/loop-delay.ts';
import { median } from '../measure/alternate.ts';
import { emptyFolder, outFolder, removeFolder } from '../measure/our-command.ts';
import type { BenchCase } from '../measure/row.ts';

const ROUNDS = 3;
const PRELOAD = join(ROOT, 'bench/measure/loop-delay.ts');

/** Resolves when the file is there. */
function appears(file: string, folder: string): Promise<void> {
  return new Promise((resolve) => {
    const watcher = watch(folder, look);
    function look(): void {
      if (!existsSync(file)) return;
      watcher.close();
      resolve();
    }
    look();
  });
}

async function oneBackup(red: RunningNodeRed, delayFile: string, folder: string): Promise<LoopDelay> {
  red.process.kill('SIGWINCH');
  const response = await fetch(new URL('backup-now', red.url));
  if (response.status !== 200) throw new Error(`The backup failed: ${await response.text()}`);
  await response.arrayBuffer();
  red.process.kill('SIGWINCH');
  await appears(delayFile, folder);
  return JSON.parse(readFileSync(delayFile, 'utf8')) as LoopDelay;
}

async function measure(installed: string): Promise<LoopDelay> {
  const backups = outFolder('backups');
  const reports = outFolder('reports');
  emptyFolder(backups);
  emptyFolder(reports);
  const delayFile = join(reports, 'delay.json');
  // Node-RED inherits it.
  process.env['BENCH_DELAY_FILE'] = delayFile;
  const sources = [{ label: 'database', path: database().path, exclude: '' }];
  const red = await startNodeRed({
    userDir: installed,
    nodeArguments: ['--import', PRELOAD],
    flows: backupFlow({ nodeRed: false, sources, folder: backups }),
  });
  try {
    return await oneBackup(red, delayFile, reports);
  } finally {
    await red.stop();
    removeFolder(backups);
  }
}

export const eventLoop: BenchCase = {
  name: 'event-loop',
  async run() {
    const folder = outFolder('node-red');
    emptyFolder(folder);
    const userDir = join(folder, 'user');
    mkdirSync(userDir);
    installInto(userDir, packTo(folder));
    const seen: LoopDelay[] = [];
    for (let round = 0; round < ROUNDS; round += 1) seen.push(await measure(userDir));
    removeFolder(folder);
    const row = { rival: '', unit: ' ms' };
    const p99 = median(seen.map((one) => one.p99));
    const max = median(seen.map((one) => one.max));
    return [
      {
        ...row,
        figure: 'event-loop delay in Node-RED while B is saved, p99',
        ours: `${p99.toFixed(1)} ms`,
        score: p99,
        atLeast: 10,
        aim: 5,
      },
      { ...row, figure: 'the same, max', ours: `${max.toFixed(1)} ms`, score: max, atLeast: 50, aim: 20 },
    ];
  },
};

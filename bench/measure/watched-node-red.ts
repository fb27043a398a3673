/** A real Node-RED whose event loop and memory are watched while it does one thing. */
import { existsSync, mkdirSync, readFileSync, watch } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { startNodeRed } from '../../scripts/start-node-red.ts';
import { installInto, packTo } from '../../test/helpers/packed-package.ts';
import { ROOT } from '../data/dataset.ts';
import type { LoopDelay } from './loop-delay.ts';
import { emptyFolder, outFolder, removeFolder } from './our-command.ts';

const MOST_TRIES = 20;
const PRELOAD = join(ROOT, 'bench/measure/loop-delay.ts');

/** Makes a user directory with the packed package in it, and removes it again. */
export async function withInstalled<T>(work: (userDir: string) => Promise<T>): Promise<T> {
  const folder = outFolder('node-red');
  emptyFolder(folder);
  try {
    const userDir = join(folder, 'user');
    mkdirSync(userDir);
    installInto(userDir, packTo(folder));
    return await work(userDir);
  } finally {
    removeFolder(folder);
  }
}

/** Starts Node-RED with flows, asks an address of theirs, and waits for its answer. */
export async function watchedRun(userDir: string, flows: readonly object[], address: string): Promise<LoopDelay> {
  const reports = outFolder('reports');
  emptyFolder(reports);
  const delayFile = join(reports, 'delay.json');
  // Node-RED inherits it.
  process.env['BENCH_DELAY_FILE'] = delayFile;
  const red = await startNodeRed({ userDir, nodeArguments: ['--import', PRELOAD], flows });
  try {
    await settled(red.process.pid ?? 0);
    red.process.kill('SIGWINCH');
    const response = await fetch(new URL(address, red.url));
    if (response.status !== 200) throw new Error(`${address} failed: ${await response.text()}`);
    await response.arrayBuffer();
    red.process.kill('SIGWINCH');
    await appears(delayFile, reports);
    return JSON.parse(readFileSync(delayFile, 'utf8')) as LoopDelay;
  } finally {
    await red.stop();
  }
}

/** Resolves when the process is idle: its memory has not grown for a second. */
async function settled(pid: number): Promise<void> {
  let known = -1;
  for (let tries = 0; tries < MOST_TRIES; tries += 1) {
    const pages = Number(readFileSync(`/proc/${String(pid)}/statm`, 'utf8').split(' ')[1]);
    if (pages <= known) return;
    known = pages;
    await setTimeout(1000);
  }
}

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

/** The most memory that `create` ever holds, the whole process with its threads. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { database } from '../data/database.ts';
import { ROOT, type Dataset } from '../data/dataset.ts';
import { smallFiles } from '../data/small-files.ts';
import { tinyFiles } from '../data/tiny-files.ts';
import { median } from '../measure/alternate.ts';
import { megabytes } from '../measure/format.ts';
import { createContestant, outFolder } from '../measure/our-command.ts';
import type { BenchCase, Row } from '../measure/row.ts';
import { timedRun } from '../measure/timed-run.ts';

const ROUNDS = 3;
const PRELOAD = join(ROOT, 'bench/measure/peak-memory.js');

async function peakBytes(data: Dataset): Promise<number> {
  const file = join(outFolder('ours'), 'peak');
  const { command, prepare, clean } = createContestant(data);
  prepare?.();
  try {
    await timedRun({
      ...command,
      args: ['--import', PRELOAD, ...command.args],
      env: { BENCH_PEAK_FILE: file },
    });
    return Number(readFileSync(file, 'utf8')) * 1024;
  } finally {
    clean();
  }
}

async function measure(data: Dataset): Promise<Row> {
  const peaks: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) peaks.push(await peakBytes(data));
  const peak = median(peaks);
  return {
    figure: `peak memory of create ${data.letter}`,
    ours: megabytes(peak),
    rival: '',
    score: peak / 1e6,
    unit: ' MB',
    atLeast: 256,
    aim: 180,
  };
}

export const memory: BenchCase = {
  name: 'memory',
  async run() {
    return [await measure(smallFiles()), await measure(database()), await measure(tinyFiles())];
  },
};

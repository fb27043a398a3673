/** Against the first `restic backup` into a new repository; making the repository is not counted. */
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { database } from '../data/database.ts';
import { smallFiles } from '../data/small-files.ts';
import { compareCreate, type Rival } from '../measure/compare-create.ts';
import type { BenchCase } from '../measure/row.ts';

const settings = (folder: string): Record<string, string> => ({
  RESTIC_REPOSITORY: join(folder, 'repository'),
  RESTIC_CACHE_DIR: join(folder, 'cache'),
  RESTIC_PASSWORD: 'bench',
});

const restic: Rival = {
  name: 'a first restic backup',
  prepare(folder) {
    execFileSync('restic', ['init', '--quiet'], { env: { ...process.env, ...settings(folder) } });
  },
  command: ({ path }, folder) => ({ file: 'restic', args: ['backup', '--quiet', path], env: settings(folder) }),
  atLeast: 0.6,
  aim: 0.35,
  rounds: 3,
};

export const createAgainstRestic: BenchCase = {
  name: 'create-against-restic',
  async run() {
    return [await compareCreate(smallFiles(), restic), await compareCreate(database(), restic)];
  },
};

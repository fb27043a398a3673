/** Against the `tar` package of npm with gzip: what Node.js programs do today. */
import { join } from 'node:path';
import { database } from '../data/database.ts';
import { ROOT } from '../data/dataset.ts';
import { smallFiles } from '../data/small-files.ts';
import { compareCreate, type Rival } from '../measure/compare-create.ts';
import type { BenchCase } from '../measure/row.ts';

const nodeTar: Rival = {
  name: 'the tar package with gzip',
  command: ({ path }, folder) => ({
    file: process.execPath,
    args: [join(ROOT, 'bench/rivals/node-tar.ts'), path, join(folder, 'rival.tar.gz')],
  }),
  atLeast: 0.25,
  aim: 0.12,
  rounds: 3,
};

export const createAgainstNodeTar: BenchCase = {
  name: 'create-against-node-tar',
  async run() {
    return [await compareCreate(smallFiles(), nodeTar), await compareCreate(database(), nodeTar)];
  },
};

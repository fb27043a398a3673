/** Against `tar -czf`: what scripts do today. */
import { basename, dirname, join } from 'node:path';
import { database } from '../data/database.ts';
import { smallFiles } from '../data/small-files.ts';
import { compareCreate, type Rival } from '../measure/compare-create.ts';
import type { BenchCase } from '../measure/row.ts';

const tarGzip: Rival = {
  name: 'tar -czf',
  command: ({ path }, folder) => ({
    file: 'tar',
    args: ['-czf', join(folder, 'rival.tar.gz'), '-C', dirname(path), basename(path)],
  }),
  atLeast: 0.25,
  aim: 0.12,
  rounds: 3,
};

export const createAgainstGzip: BenchCase = {
  name: 'create-against-gzip',
  async run() {
    return [await compareCreate(smallFiles(), tarGzip), await compareCreate(database(), tarGzip)];
  },
};

/** Against `tar | zstd`, which hashes nothing, checks nothing and lists nothing. */
import { statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { database } from '../data/database.ts';
import type { Dataset } from '../data/dataset.ts';
import { smallFiles } from '../data/small-files.ts';
import { alternate } from '../measure/alternate.ts';
import { megabytes, seconds } from '../measure/format.ts';
import { createContestant, emptyFolder, outFolder, removeFolder } from '../measure/our-command.ts';
import type { BenchCase, Row } from '../measure/row.ts';
import { shell } from '../measure/timed-run.ts';

interface Limits {
  readonly atLeast: number;
  readonly aim: number;
}

async function compare(data: Dataset, limits: Limits): Promise<readonly Row[]> {
  const folder = outFolder('rival');
  const archive = join(folder, 'rival.tar.zst');
  let rivalSize = 0;
  const ours = createContestant(data);
  const rival = {
    command: shell(`tar -cf - -C '${dirname(data.path)}' '${basename(data.path)}' | zstd -q -3 -T2 -o '${archive}'`),
    prepare: () => emptyFolder(folder),
    inspect() {
      rivalSize = statSync(archive).size;
    },
    clean: () => removeFolder(folder),
  };
  const time = await alternate(ours, rival, 5);
  const size = ours.size();
  return [
    {
      figure: `create ${data.letter}, against tar | zstd -3 -T2`,
      ours: seconds(time.ours),
      rival: seconds(time.rival),
      score: time.ours / time.rival,
      unit: '',
      ...limits,
    },
    {
      figure: `archive size ${data.letter}, against the same`,
      ours: megabytes(size),
      rival: megabytes(rivalSize),
      score: size / rivalSize,
      unit: '',
      atLeast: 1.03,
      aim: 1,
    },
  ];
}

export const createAgainstZstd: BenchCase = {
  name: 'create-against-zstd',
  async run() {
    const small = await compare(smallFiles(), { atLeast: 1.5, aim: 1.2 });
    return [...small, ...(await compare(database(), { atLeast: 1.1, aim: 0.95 }))];
  },
};

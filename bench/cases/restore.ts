/** Restore, verified against the manifest, against `zstd -d | tar -x` of the same archive. */
import { database } from '../data/database.ts';
import type { Dataset } from '../data/dataset.ts';
import { smallFiles } from '../data/small-files.ts';
import { alternate, type Contestant } from '../measure/alternate.ts';
import { seconds } from '../measure/format.ts';
import { archiveIn, emptyFolder, ourCommand, outFolder, removeFolder } from '../measure/our-command.ts';
import type { BenchCase, Row } from '../measure/row.ts';
import { shell, timedRun, type CommandLine } from '../measure/timed-run.ts';

function intoFolder(folder: string, command: CommandLine): Contestant {
  return { command, prepare: () => emptyFolder(folder), clean: () => removeFolder(folder) };
}

async function compare(data: Dataset): Promise<Row> {
  const backups = outFolder('backups');
  emptyFolder(backups);
  try {
    await timedRun(ourCommand('create', '--source', data.path, '--to', backups));
    const [ours, rival] = [outFolder('ours'), outFolder('rival')];
    const time = await alternate(
      intoFolder(ours, ourCommand('restore', '--at', backups, '--to', ours)),
      intoFolder(rival, shell(`zstd -q -d --stdout '${archiveIn(backups)}' | tar -x -C '${rival}'`)),
      5,
    );
    return {
      figure: `restore ${data.letter}, verified, against zstd -d | tar -x`,
      ours: seconds(time.ours),
      rival: seconds(time.rival),
      score: time.ours / time.rival,
      unit: '',
      atLeast: 1.3,
      aim: 1,
    };
  } finally {
    removeFolder(backups);
  }
}

export const restore: BenchCase = {
  name: 'restore',
  async run() {
    return [await compare(smallFiles()), await compare(database())];
  },
};

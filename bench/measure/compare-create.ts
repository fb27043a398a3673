import type { Dataset } from '../data/dataset.ts';
import { alternate } from './alternate.ts';
import { seconds } from './format.ts';
import { createContestant, emptyFolder, outFolder, removeFolder } from './our-command.ts';
import type { Row } from './row.ts';
import type { CommandLine } from './timed-run.ts';

export interface Rival {
  readonly name: string;
  /** @param folder - empty, where the rival writes */
  command(data: Dataset, folder: string): CommandLine;
  /** Not timed. */
  prepare?(folder: string): void;
  readonly atLeast: number;
  readonly aim: number;
  readonly rounds: number;
}

/** The time of our `create` against another program that saves the same data. */
export async function compareCreate(data: Dataset, rival: Rival): Promise<Row> {
  const folder = outFolder('rival');
  const time = await alternate(
    createContestant(data),
    {
      command: rival.command(data, folder),
      prepare() {
        emptyFolder(folder);
        rival.prepare?.(folder);
      },
      clean: () => removeFolder(folder),
    },
    rival.rounds,
  );
  return {
    figure: `create ${data.letter}, against ${rival.name}`,
    ours: seconds(time.ours),
    rival: seconds(time.rival),
    score: time.ours / time.rival,
    unit: '',
    atLeast: rival.atLeast,
    aim: rival.aim,
  };
}

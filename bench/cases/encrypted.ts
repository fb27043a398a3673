/** Encrypted archives against `age` at the end, or the beginning, of the same line of stock tools. */
import { basename, dirname, join } from 'node:path';
import { writeFileSync } from 'node:fs';
import { generateKeyPair, keyFileText } from '../../src/index.ts';
import { database } from '../data/database.ts';
import type { Dataset } from '../data/dataset.ts';
import { smallFiles } from '../data/small-files.ts';
import { alternate } from '../measure/alternate.ts';
import { seconds } from '../measure/format.ts';
import {
  archiveIn,
  createContestant,
  emptyFolder,
  ourCommand,
  outFolder,
  removeFolder,
} from '../measure/our-command.ts';
import type { BenchCase, Row } from '../measure/row.ts';
import { shell, timedRun } from '../measure/timed-run.ts';

const ROUNDS = 5;

interface Key {
  readonly file: string;
  readonly recipient: string;
}

async function makeKey(): Promise<Key> {
  const folder = outFolder('key');
  emptyFolder(folder);
  const pair = await generateKeyPair();
  const file = join(folder, 'key.txt');
  writeFileSync(file, keyFileText(pair, 0), { mode: 0o600 });
  return { file, recipient: pair.recipient };
}

async function compareCreate(data: Dataset, { recipient }: Key): Promise<Row> {
  const { path, letter } = data;
  const folder = outFolder('rival');
  const tar = `tar -cf - -C '${dirname(path)}' '${basename(path)}'`;
  const line = `${tar} | zstd -q -3 -T2 | age -r ${recipient} -o '${join(folder, 'rival.tar.zst.age')}'`;
  const rival = { command: shell(line), prepare: () => emptyFolder(folder), clean: () => removeFolder(folder) };
  const time = await alternate(createContestant(data, '--recipient', recipient), rival, ROUNDS);
  return {
    figure: `create ${letter}, encrypted, against tar | zstd -3 -T2 | age`,
    ours: seconds(time.ours),
    rival: seconds(time.rival),
    score: time.ours / time.rival,
    unit: '',
    atLeast: 1.15,
    aim: 0.9,
  };
}

async function compareVerify({ path, letter }: Dataset, { file, recipient }: Key): Promise<Row> {
  const backups = outFolder('backups');
  emptyFolder(backups);
  try {
    await timedRun(ourCommand('create', '--source', path, '--to', backups, '--recipient', recipient));
    const clean = (): void => undefined;
    const line = `age -d -i '${file}' '${archiveIn(backups)}' | zstd -q -d --stdout | tar -t`;
    const time = await alternate(
      { command: ourCommand('verify', '--at', backups, '--key-file', file), clean },
      { command: shell(line), clean },
      ROUNDS,
    );
    return {
      figure: `verify ${letter}, encrypted, against age -d | zstd -d | tar -t`,
      ours: seconds(time.ours),
      rival: seconds(time.rival),
      score: time.ours / time.rival,
      unit: '',
      atLeast: 1.2,
      aim: 0.9,
    };
  } finally {
    removeFolder(backups);
  }
}

export const encrypted: BenchCase = {
  name: 'encrypted',
  async run() {
    const key = await makeKey();
    const [a, b] = [smallFiles(), database()];
    return [await compareCreate(a, key), await compareCreate(b, key), await compareVerify(b, key)];
  },
};

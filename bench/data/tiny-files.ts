import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CACHE, type Dataset } from './dataset.ts';

const FOLDERS = 1000;
const FILES_PER_FOLDER = 100;
const STEP = 17;

/** 100,000 files of 0 to some 1,700 bytes. */
export function tinyFiles(): Dataset {
  const path = join(CACHE, 'data/tiny');
  if (existsSync(path)) return dataset(path);
  const making = `${path}.new`;
  rmSync(making, { recursive: true, force: true });
  for (let folder = 0; folder < FOLDERS; folder += 1) {
    const inside = join(making, `group-${folder}`);
    mkdirSync(inside, { recursive: true });
    for (let file = 0; file < FILES_PER_FOLDER; file += 1) {
      writeFileSync(join(inside, `value-${file}.txt`), `${folder}/${file} `.repeat(STEP).slice(0, file * STEP));
    }
  }
  renameSync(making, path);
  return dataset(path);
}

function dataset(path: string): Dataset {
  return { letter: 'C', description: `${FOLDERS * FILES_PER_FOLDER} tiny files`, path };
}

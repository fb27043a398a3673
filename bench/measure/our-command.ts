/** The built command line as a whole process, as people run it. */
import { globSync, mkdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { CACHE, ROOT, type Dataset } from '../data/dataset.ts';
import type { Contestant } from './alternate.ts';
import type { CommandLine } from './timed-run.ts';

const MAIN = join(ROOT, 'dist/src/cli/main.js');
const OUT = join(CACHE, 'out');

export function ourCommand(...args: readonly string[]): CommandLine {
  return { file: process.execPath, args: [MAIN, ...args, '--state', join(CACHE, 'state')] };
}

/** A folder for what one contestant writes. */
export function outFolder(name: string): string {
  return join(OUT, name);
}

export function emptyFolder(folder: string): void {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
}

export function removeFolder(folder: string): void {
  rmSync(folder, { recursive: true, force: true });
}

export function archiveIn(folder: string): string {
  const [archive, ...others] = globSync('*.tar.*', { cwd: folder });
  if (archive === undefined || others.length > 0) throw new Error(`${folder} should hold one archive.`);
  return join(folder, archive);
}

export interface CreateContestant extends Contestant {
  /** Bytes of the last archive. */
  readonly size: () => number;
}

/** Our `create` of a dataset, with nothing set. */
export function createContestant({ path }: Dataset, ...options: readonly string[]): CreateContestant {
  const folder = outFolder('ours');
  let size = 0;
  return {
    command: ourCommand('create', '--source', path, '--to', folder, ...options),
    prepare: () => emptyFolder(folder),
    inspect() {
      size = statSync(archiveIn(folder)).size;
    },
    clean: () => removeFolder(folder),
    size: () => size,
  };
}

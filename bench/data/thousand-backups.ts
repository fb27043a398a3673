import { copyFileSync, globSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { archiveIn, ourCommand } from '../measure/our-command.ts';
import { timedRun } from '../measure/timed-run.ts';
import { ROOT } from './dataset.ts';

export const BACKUPS = 1000;

/** Fills a folder with one real backup, and 999 that differ from it in their ids alone. */
export async function thousandBackups(folder: string): Promise<void> {
  await timedRun(ourCommand('create', '--source', join(ROOT, 'package.json'), '--to', folder));
  const archive = archiveIn(folder);
  const [sidecar = ''] = globSync('[0-9]*.json', { cwd: folder });
  const text = readFileSync(join(folder, sidecar), 'utf8');
  const id = basename(sidecar, '.json');
  for (let n = 1; n < BACKUPS; n += 1) {
    const copy = `${id.slice(0, -8)}${n.toString(16).padStart(8, '0')}`;
    copyFileSync(archive, archive.replace(id, copy));
    writeFileSync(join(folder, `${copy}.json`), text.replaceAll(id, copy));
  }
}

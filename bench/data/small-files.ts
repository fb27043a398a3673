import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT, type Dataset } from './dataset.ts';

const AT_LEAST = 20_000;

/**
 * What the installer of the package `node` leaves behind when it has put its program into place. npm calls it extraneous and removes it
 * at its next installation, so it would make the data differ from one day to the next.
 */
const LEFTOVER = join('node', 'node_modules');

/** Many small files: what npm installed for this project. */
export function smallFiles(): Dataset {
  const path = join(ROOT, 'node_modules');
  rmSync(join(path, LEFTOVER), { recursive: true, force: true });
  const entries = readdirSync(path, { recursive: true, withFileTypes: true });
  const count = entries.filter((entry) => entry.isFile()).length;
  if (count < AT_LEAST)
    throw new Error(`${path} has ${count} files, the figures ask for ${AT_LEAST}: run npm ci first.`);
  return { letter: 'A', description: `node_modules of this project, ${count} files`, path };
}

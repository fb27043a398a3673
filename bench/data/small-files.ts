import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT, type Dataset } from './dataset.ts';

const AT_LEAST = 20_000;

/** Many small files: what npm installed for this project. */
export function smallFiles(): Dataset {
  const path = join(ROOT, 'node_modules');
  const entries = readdirSync(path, { recursive: true, withFileTypes: true });
  const count = entries.filter((entry) => entry.isFile()).length;
  if (count < AT_LEAST)
    throw new Error(`${path} has ${count} files, the figures ask for ${AT_LEAST}: run npm ci first.`);
  return { letter: 'A', description: `node_modules of this project, ${count} files`, path };
}

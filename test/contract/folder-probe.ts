import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { LocationProbe } from './agent-suite.ts';

/** Looks into a folder where an agent stores backups, past the agent. */
export function folderProbe(place: string): LocationProbe {
  return {
    names: () => readdir(place),
    read: (name) => readFile(join(place, name)),
    write: (name, content) => writeFile(join(place, name), content),
    remove: (name) => rm(join(place, name)),
  };
}

/** Modules that are started by themselves. The build puts code that several of them use into files of its own, so none can say where it lies. */
import { extname } from 'node:path';

/** By their paths in src/, as threads and processes. */
export const STARTED_MODULES = [
  'agents/sftp/thread/store-thread',
  'archive/sqlite/copy-process',
  'archive/worker/archive-worker',
  'archive/worker/digest-worker',
  'archive/worker/frame-worker',
  'archive/write/estimate-worker',
] as const;

export type StartedModule = (typeof STARTED_MODULES)[number];

const EXTENSION = extname(import.meta.url);
const FOLDER = EXTENSION === '.js' ? 'dist/src' : 'src';

/** Where the file of such a module is: that of the build when this runs from there, else the source. */
export function startedModule(name: StartedModule): URL {
  return new URL(`${FOLDER}/${name}${EXTENSION}`, import.meta.resolve('@nightkeep/node-red-backup/package.json'));
}

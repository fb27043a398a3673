import { realpathSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';

/** Where its package lies when it is not on the path: installed beside its data, in the image, or for all. */
const PLACES = [
  '/usr/src/node-red/node_modules/node-red',
  '/usr/local/lib/node_modules/node-red',
  '/usr/lib/node_modules/node-red',
];

/** What Node-RED puts into `NODE_RED_HOME` when it is not set: the folder of its package. The user directory when that is not found. */
export function nodeRedHome(userDir: string, environment: NodeJS.ProcessEnv): string {
  const commands = (environment['PATH'] ?? '').split(delimiter).map((folder) => join(folder, 'node-red'));
  const mains = commands.flatMap(realOf).map(dirname);
  const packages = [join(userDir, 'node_modules/node-red'), ...PLACES].flatMap(realOf);
  return mains[0] ?? packages[0] ?? userDir;
}

function realOf(path: string): string[] {
  try {
    return [realpathSync(path)];
  } catch {
    return [];
  }
}

/** What a settings file is made of besides itself. */
import { realpathSync } from 'node:fs';
import { sep } from 'node:path';
import { isWithin } from '../io/real-path.ts';

export interface RequiredOptions {
  readonly userDir: string;
  readonly settingsFile: string;
  /** Where Node-RED's package lies; null when it is not known. */
  readonly nodeRedHome: string | null;
}

/** A settings file that requires more is a program of its own. */
const MOST = 200;

/**
 * Those of the files that were required which a backup of the user directory would not have: no modules, which npm installs again, and
 * nothing of Node-RED.
 *
 * @param files - absolute, as Node.js knows them: without links
 */
export function requiredFiles(files: readonly string[], options: RequiredOptions): readonly string[] {
  const real = [options.userDir, options.settingsFile, options.nodeRedHome].map(realOf);
  const [userDir = null, settingsFile, home = null] = real;
  const isKnown = (file: string): boolean =>
    file === settingsFile || [userDir, home].some((folder) => folder !== null && isWithin(file, folder));
  return files.filter((file) => !file.split(sep).includes('node_modules') && !isKnown(file)).slice(0, MOST);
}

function realOf(path: string | null): string | null {
  try {
    return path === null ? null : realpathSync(path);
  } catch {
    return path;
  }
}

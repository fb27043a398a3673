/** The oldest Node.js that the package promises to run on. */
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';

const FOLDER = join(import.meta.dirname, '../package/floor-node');

/** @returns the path of its binary, which is installed at first use */
export function floorNode(): string {
  const binary = join(FOLDER, 'node_modules/node/bin/node');
  if (!existsSync(binary)) {
    execFileSync('npm', ['ci', '--prefer-offline', '--no-audit', '--no-fund'], { cwd: FOLDER, stdio: 'pipe' });
  }
  return binary;
}

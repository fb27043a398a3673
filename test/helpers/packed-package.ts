/** The package as npm would publish it, and as a palette would install it. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '../..');

export const PACKAGE_NAME = '@nightkeep/node-red-backup';

interface PackReport {
  readonly filename: string;
  readonly files: readonly { readonly path: string; readonly mode: number }[];
}

export interface Tarball {
  readonly path: string;
  readonly files: PackReport['files'];
}

function npm(args: readonly string[], cwd: string): string {
  return execFileSync('npm', args, {
    cwd,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
    maxBuffer: 64 * 2 ** 20,
  });
}

/** Packs what is in dist/ now; it does not build. */
export function packTo(folder: string): Tarball {
  if (!existsSync(join(ROOT, 'dist/src/index.js'))) throw new Error('dist/ is not there: npm run build first.');
  const output = npm(['pack', '--json', '--ignore-scripts', '--pack-destination', folder], ROOT);
  const [report] = JSON.parse(output) as readonly PackReport[];
  if (report === undefined) throw new Error(`npm pack said nothing: ${output}`);
  return { path: join(folder, report.filename.replace('@', '').replace('/', '-')), files: report.files };
}

/** Installs the tarball with its runtime dependencies into a user directory of Node-RED. */
export function installInto(userDir: string, tarball: Tarball): string {
  mkdirSync(userDir, { recursive: true });
  writeFileSync(
    join(userDir, 'package.json'),
    JSON.stringify({ name: 'node-red-project', version: '0.0.1', private: true }),
  );
  npm(['install', '--omit=dev', '--prefer-offline', '--no-audit', '--no-fund', '--save', tarball.path], userDir);
  return join(userDir, 'node_modules', PACKAGE_NAME);
}

/** The versions of this package that a test runs beside each other: the one of this checkout, and the packed 0.1.0. */
import { execFileSync, spawn } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { TestNodeRed } from '../node-red.ts';

const ROOT = join(import.meta.dirname, '../../..');

export const FIXTURE: string = join(ROOT, 'test/fixtures/0.1.0');

/** A folder with a package as npm would install it; its dependencies are found from there. */
export type Package = string;

/** As it is built now. */
export const THIS_VERSION: Package = ROOT;

/** @param folder - where it is unpacked; the modules of this checkout are its dependencies */
export function unpackOldVersion(folder: string): Package {
  const home = join(folder, '0.1.0');
  mkdirSync(home, { recursive: true });
  execFileSync('tar', ['-xzf', join(FIXTURE, 'package.tar.gz'), '-C', home]);
  symlinkSync(join(ROOT, 'node_modules'), join(home, 'node_modules'), 'dir');
  return join(home, 'package');
}

export interface NodeRedOn {
  /** The folder that holds everything of the fixture; see `openHome`. */
  readonly home: string;
  /** Folder of the Node-RED package; Node-RED 5 unless given. */
  readonly nodeRed?: string;
  readonly env: Readonly<Record<string, string>>;
}

/** Starts Node-RED on what an earlier start left, with that version of the package in place of the one before. */
export async function startWith(version: Package, { home, ...options }: NodeRedOn): Promise<TestNodeRed> {
  const userDir = join(home, 'user');
  rmSync(join(userDir, 'node_modules'), { recursive: true, force: true });
  const env = { TZ: 'UTC', ...options.env };
  const settings = "backupCreateInstanceName: 'garden',";
  return TestNodeRed.start({ ...options, userDir, packageFolder: version, env, settings });
}

export interface Ran {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the command of a packed or built package. */
export function runCommand(
  version: Package,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<Ran> {
  const { bin } = JSON.parse(readFileSync(join(version, 'package.json'), 'utf8')) as {
    bin: Record<string, string>;
  };
  const child = spawn(process.execPath, [join(version, bin['node-red-backup'] ?? ''), ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, TZ: 'UTC', ...env },
  });
  const said = { stdout: '', stderr: '' };
  child.stdout.on('data', (part: Buffer) => (said.stdout += part.toString()));
  child.stderr.on('data', (part: Buffer) => (said.stderr += part.toString()));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, ...said }));
  });
}

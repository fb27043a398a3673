/** The modules that a backup's flows use: they are not in it, but its package.json says which they are. */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { systemClock } from '../clock.ts';
import { BackupError } from '../errors.ts';
import { isObject } from '../io/json-file.ts';
import { readObject } from '../io/read-object.ts';

/** As npm names packages. */
const NAME = /^(?:@[a-z0-9~_][a-z0-9._~-]*\/)?[a-z0-9~_][a-z0-9._~-]*$/i;
const LIMIT_MS = 10 * 60_000;
/** Those of Node-RED's palette. */
const FLAGS = ['--no-audit', '--no-update-notifier', '--no-fund', '--save', '--save-prefix=~', '--omit=dev'];

export interface WantedModule {
  readonly name: string;
  /** As package.json has it. */
  readonly spec: string;
}

/** @param root - of the extracted user directory */
export function missingModules(root: string, userDir: string): readonly WantedModule[] {
  const { dependencies } = readObject(join(root, 'package.json'));
  const wanted = isObject(dependencies) ? Object.entries(dependencies) : [];
  return wanted
    .filter((entry): entry is [string, string] => typeof entry[1] === 'string' && NAME.test(entry[0]))
    .filter(([name]) => !existsSync(join(userDir, 'node_modules', name, 'package.json')))
    .map(([name, spec]) => ({ name, spec }));
}

/**
 * Installs modules as the palette does. It only adds to the user directory.
 *
 * @throws BackupError `restore_failed` with the end of what npm said
 */
export async function installModules(
  modules: readonly WantedModule[],
  userDir: string,
  signal: AbortSignal,
): Promise<void> {
  if (modules.length === 0) return;
  const specs = modules.map(({ name, spec }) => `${name}@${spec}`);
  const child = spawn('npm', ['install', ...FLAGS, '--', ...specs], {
    cwd: userDir,
    stdio: ['ignore', 'pipe', 'pipe'],
    signal,
  });
  let said = '';
  const hear = (part: Buffer): void => {
    said = `${said}${part.toString()}`.slice(-2000);
  };
  child.stdout.on('data', hear);
  child.stderr.on('data', hear);
  const timer = systemClock.setTimer(LIMIT_MS, () => child.kill());
  try {
    const code = await new Promise<number | null>((resolve, reject) => {
      child.once('error', reject);
      child.once('close', resolve);
    });
    if (code === 0) return;
    throw failed(specs, said);
  } catch (error) {
    signal.throwIfAborted();
    throw error instanceof BackupError ? error : failed(specs, String(error));
  } finally {
    timer.cancel();
  }
}

function failed(specs: readonly string[], said: string): BackupError {
  const last = said.trim().split('\n').slice(-3).join(' ');
  const text = `npm could not install ${specs.join(', ')}: ${last} Install them by hand, or restore without it.`;
  return new BackupError('restore_failed', text);
}

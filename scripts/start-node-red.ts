/** Starts a real Node-RED with this package on a user directory: for the demo, the tests and the benches. */
import { spawn, type ChildProcess } from 'node:child_process';
import { cpSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { dirname, join } from 'node:path';

const root = join(import.meta.dirname, '..');
const START_MS = 60_000;
const STOP_MS = 20_000;
const POLL_MS = 100;

export interface StartOptions {
  /** Made when it is not there; what is in it stays. */
  readonly userDir: string;
  readonly flows?: readonly object[];
  /** Folder of the Node-RED package; Node-RED 5 unless set. */
  readonly nodeRed?: string;
  /** The Node.js that runs it; this one unless set. */
  readonly node?: string;
  readonly nodeArguments?: readonly string[];
  /** Folder of the package to load; this checkout unless set. */
  readonly packageFolder?: string;
  /** Added to the environment of this process. */
  readonly env?: Readonly<Record<string, string>>;
  /** Added to the arguments of Node-RED. */
  readonly redArguments?: readonly string[];
  /** More lines for settings.js. */
  readonly settings?: string;
}

export interface RunningNodeRed {
  readonly url: string;
  readonly userDir: string;
  readonly process: ChildProcess;
  /** All it printed so far. */
  output(): string;
  /** Ends it as its supervisor would, or at once. */
  stop(signal?: 'SIGTERM' | 'SIGKILL'): Promise<void>;
}

export async function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => {
        if (address === null || typeof address === 'string') reject(new Error('no free port'));
        else resolve(address.port);
      });
    });
  });
}

/**
 * @param from - folder of the package; this checkout unless given
 */
export function installPackage(userDir: string, from: string = root): void {
  const place = join(userDir, 'node_modules', '@nightkeep', 'node-red-backup');
  mkdirSync(dirname(place), { recursive: true });
  // A link would be resolved, and then what lies beside it decides which modules are found: as in a development checkout.
  symlinkSync(from, place, 'dir');
  const dependencies = { '@nightkeep/node-red-backup': '*' };
  writeFileSync(join(userDir, 'package.json'), `${JSON.stringify({ name: 'node-red-project', dependencies })}\n`);
}

function settingsText(port: number, more: string): string {
  return `module.exports = {
  uiPort: ${String(port)},
  uiHost: '127.0.0.1',
  flowFile: 'flows.json',
  telemetry: { enabled: false, updateNotification: false },
  editorTheme: { tours: false, palette: { catalogues: [] } },
  logging: { console: { level: 'info', metrics: false, audit: false } },
  ${more}
};
`;
}

/** @throws Error with all it printed when it does not come up */
export async function startNodeRed(options: StartOptions): Promise<RunningNodeRed> {
  const { userDir } = options;
  const port = await freePort();
  mkdirSync(userDir, { recursive: true });
  try {
    installPackage(userDir, options.packageFolder ?? root);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
  writeFileSync(join(userDir, 'settings.js'), settingsText(port, options.settings ?? ''));
  if (options.flows !== undefined) writeFileSync(join(userDir, 'flows.json'), JSON.stringify(options.flows));
  const entry = join(options.nodeRed ?? join(root, 'node_modules', 'node-red'), 'red.js');
  const child = spawn(
    options.node ?? process.execPath,
    [
      ...[...(options.nodeArguments ?? []), entry, '-u', userDir, '-s', join(userDir, 'settings.js')],
      ...(options.redArguments ?? []),
    ],
    { cwd: userDir, env: { ...process.env, ...options.env }, stdio: ['ignore', 'pipe', 'pipe'] },
  );
  return runUntilUp(child, { userDir, url: `http://127.0.0.1:${String(port)}/` });
}

/**
 * @param child - a Node-RED that has just been started, with pipes for what it prints
 * @throws Error with all it printed when it does not come up
 */
export async function runUntilUp(
  child: ChildProcess,
  { url, userDir }: Pick<RunningNodeRed, 'url' | 'userDir'>,
): Promise<RunningNodeRed> {
  let text = '';
  const collect = (part: Buffer): void => {
    text += part.toString();
  };
  child.stdout?.on('data', collect);
  child.stderr?.on('data', collect);
  const stop: RunningNodeRed['stop'] = (signal = 'SIGTERM') => stopChild(child, signal);
  const running: RunningNodeRed = { url, userDir, process: child, output: () => text, stop };
  await untilUp(running);
  return running;
}

async function untilUp(running: RunningNodeRed): Promise<void> {
  const deadline = performance.now() + START_MS;
  for (;;) {
    if (running.output().includes('Started flows')) return;
    const ended = running.process.exitCode !== null || running.process.signalCode !== null;
    if (ended || performance.now() > deadline) {
      await running.stop('SIGKILL');
      throw new Error(`Node-RED did not start:\n${running.output()}`);
    }
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}

async function stopChild(child: ChildProcess, signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise<void>((resolve) => {
    child.once('exit', () => {
      resolve();
    });
  });
  child.kill(signal);
  const timer = setTimeout(() => child.kill('SIGKILL'), STOP_MS);
  await ended;
  clearTimeout(timer);
}

/** Some content as a user has it. */
export function copyInto(userDir: string, from: string, name: string): void {
  cpSync(from, join(userDir, name), { recursive: true });
}

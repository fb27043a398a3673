/** Whether a real Node-RED loads the flows and credentials of a made user directory. */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { freePort } from '../../scripts/start-node-red.ts';
import { USER, type MadeUserDir } from './made-user-dirs.ts';

const WAIT_MS = 120_000;
const POLL_MS = 100;

export interface Loaded {
  readonly loads: boolean;
  readonly output: string;
}

export async function loadsInNodeRed(userDir: string, nodeRed: string, made: MadeUserDir): Promise<Loaded> {
  const port = await freePort();
  const args = [join(nodeRed, 'red.js'), '-u', userDir, '-p', String(port)];
  const child = spawn(process.execPath, args, { cwd: userDir, stdio: ['ignore', 'pipe', 'pipe'] });
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (part: Buffer) => (output += part.toString()));
  try {
    const deadline = performance.now() + WAIT_MS;
    const isDone = (): boolean =>
      /Started flows|Error loading flows|missing types/.test(output) && output.includes('now running');
    while (!isDone() && child.exitCode === null) {
      if (performance.now() > deadline) throw new Error(`Node-RED does not come up:\n${output}`);
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    }
    const ask = async (path: string): Promise<unknown> => {
      const response = await fetch(`http://127.0.0.1:${String(port)}/${path}`);
      return response.ok ? response.json() : null;
    };
    const flows = JSON.stringify(await ask('flows'));
    const { user } = ((await ask('credentials/mqtt-broker/broker1')) ?? {}) as { user?: unknown };
    return { loads: flows.includes('Greenhouse') && (!made.hasCredentials || user === USER), output };
  } finally {
    child.kill('SIGKILL');
    await ended;
  }
}

/** A Node-RED that somebody lives with: started as its home does, filled, and looked at. */
import { spawn } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { installPackage, runUntilUp, type RunningNodeRed } from '../../../scripts/start-node-red.ts';
import { createNode, tab, type FlowNode } from '../node-red.ts';
import { until } from '../until.ts';
import { placeOf, withNodes, type Layout } from './home.ts';
import { commandOn, type Machine } from './machine.ts';

/** A node that answers with the hash of its credentials. */
const NODES = {
  'house-secret.js': `module.exports = (RED) => {
    RED.nodes.registerType('house-secret', function (config) {
      RED.nodes.createNode(this, config);
      secret = String(this.credentials.password);
    }, { credentials: { password: { type: 'password' } } });
    let secret = '';
    RED.httpNode.get('/house-secret', (_, response) => response.send(
      require('node:crypto').createHash('sha256').update(secret).digest('hex')));
  };`,
  'house-secret.html': `<script type="text/javascript">
    RED.nodes.registerType('house-secret', { category: 'test', defaults: {}, credentials: { password: { type: 'password' } } });
  </script>`,
};

const REMEMBER = `
  const { mark } = msg.req.query;
  if (mark) { flow.set('mark', mark); global.set('mark', mark); }
  msg.payload = { flow: flow.get('mark'), global: global.get('mark') };
  return msg;`;

/**
 * Flows that can be told apart by a mark.
 *
 * @param withPackage - whether nodes of this package are among them
 */
export function flowsWith(mark: string, withPackage: boolean): readonly FlowNode[] {
  const at = { z: 'tab', x: 1, y: 1 };
  return [
    { ...tab, label: mark },
    { ...at, id: 'in', type: 'http in', name: '', url: '/house', method: 'get', wires: [['remember']] },
    { ...at, id: 'remember', type: 'function', name: '', func: REMEMBER, outputs: 1, wires: [['out']] },
    { ...at, id: 'out', type: 'http response', name: '', wires: [] },
    { ...at, id: 'secret', type: 'house-secret', credentials: { password: `password ${mark}` } },
    ...(withPackage ? [createNode({ wires: [[], []] })] : []),
  ];
}

/** What a person would miss. */
export interface Seen {
  readonly tabs: readonly unknown[];
  readonly remembered: unknown;
  readonly secret: string;
  readonly project: unknown;
  /** What the endpoints say to somebody without a login. */
  readonly strangers: readonly number[];
}

export interface LifeOptions {
  readonly layout: Layout;
  readonly machine: Machine;
  readonly port: number;
  /** Folder of the Node-RED package. */
  readonly nodeRed: string;
  /** Whether this package is installed there. */
  readonly withPackage: boolean;
}

/** All that there is before Node-RED starts for the first time. */
export function furnish(options: LifeOptions): void {
  const { layout, withPackage } = options;
  mkdirSync(layout.userDir, { recursive: true });
  layout.begin?.();
  const place = placeOf(layout);
  if (withPackage) installPackage(place);
  withNodes(place, NODES);
  writeSettings(options, place);
}

export function writeSettings({ layout, port }: LifeOptions, place: string): void {
  const file = layout.settingsFile ?? join(place, 'settings.js');
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, settingsText(layout, port));
}

function settingsText({ settings = '' }: Layout, port: number): string {
  return `module.exports = {
  uiPort: ${String(port)}, uiHost: '127.0.0.1', telemetry: { enabled: false, updateNotification: false },
  contextStorage: { default: { module: 'localfilesystem', config: { flushInterval: 1 } } },
  ${settings}
};
`;
}

export class Life {
  readonly #running: RunningNodeRed;

  private constructor(running: RunningNodeRed) {
    this.#running = running;
  }

  static async start({ layout, machine, port, nodeRed }: LifeOptions): Promise<Life> {
    const { userDir, settingsFile, redArguments = [] } = layout;
    const settings = settingsFile === undefined ? [] : ['-s', settingsFile];
    const red = [process.execPath, join(nodeRed, 'red.js'), '-u', userDir, ...settings, ...redArguments];
    const [program = '', ...args] = commandOn(machine, red);
    const env = { ...process.env, ...machine.env };
    const child = spawn(program, args, { cwd: dirname(userDir), env, stdio: ['ignore', 'pipe', 'pipe'] });
    const url = `http://127.0.0.1:${String(port)}/`;
    return new Life(await runUntilUp(child, { url, userDir }));
  }

  get output(): string {
    return this.#running.output();
  }

  async deploy(flows: readonly FlowNode[]): Promise<void> {
    await this.ask('flows', { flows }, { 'Node-RED-API-Version': 'v2' });
    // It answers before the flows have started anew.
    const isUp = async (): Promise<boolean> => (await this.#get('house', BASIC)).status === 200;
    await until(isUp, () => this.output);
  }

  /** Context is on the disk before it is stopped. */
  async remember(mark: string): Promise<void> {
    const response = await this.#get(`house?mark=${mark}`, BASIC);
    if (!response.ok) throw new Error(`${String(response.status)} ${await response.text()}\n${this.output}`);
  }

  async look(): Promise<Seen> {
    const projects = await this.#get('projects');
    const { active } = projects.ok ? ((await projects.json()) as { readonly active?: unknown }) : {};
    const flows = (await (await this.#get('flows')).json()) as readonly FlowNode[];
    return {
      tabs: flows.filter(({ type }) => type === 'tab').map(({ label }) => label),
      remembered: await (await this.#get('house', BASIC)).json(),
      secret: await (await this.#get('house-secret', BASIC)).text(),
      project: active ?? null,
      strangers: [(await this.#get('flows', {})).status, (await this.#get('house', {})).status],
    };
  }

  /** Ids of the backups in its own folder. */
  async backups(): Promise<readonly string[]> {
    const { backups } = (await (await this.#get('backup/list?at=local')).json()) as {
      readonly backups: readonly { readonly backup_id: string }[];
    };
    return backups.map(({ backup_id }) => backup_id);
  }

  /** Of the last restore into it; null when there was none. */
  async restoreState(): Promise<string | null> {
    const { restore } = (await (await this.#get('backup/info')).json()) as {
      readonly restore: { readonly state: string } | null;
    };
    return restore?.state ?? null;
  }

  /** As the editor of one who has logged in. */
  async ask(path: string, body: unknown, headers: Readonly<Record<string, string>> = {}): Promise<unknown> {
    const response = await fetch(new URL(path, this.#running.url), {
      method: 'POST',
      headers: { ...BEARER, 'content-type': 'application/json', ...headers },
      body: JSON.stringify(body),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${path}: ${String(response.status)} ${text}\n${this.output}`);
    return text === '' ? null : JSON.parse(text);
  }

  async stop(): Promise<void> {
    await this.#running.stop();
  }

  #get(path: string, headers: Readonly<Record<string, string>> = BEARER): Promise<Response> {
    return fetch(new URL(path, this.#running.url), { headers });
  }
}

const BEARER = { authorization: 'Bearer door' };
const BASIC = { authorization: `Basic ${Buffer.from('me:house').toString('base64')}` };

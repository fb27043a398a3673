/** A real Node-RED in tests: what its flows tell, and deploys by its admin API. */
import { join } from 'node:path';
import { isWholeRun } from './figures.ts';
import { startNodeRed, type RunningNodeRed, type StartOptions } from '../../scripts/start-node-red.ts';

const root = join(import.meta.dirname, '..', '..');
const MARK = 'TOLD ';
const WAIT_MS = 120_000;
const POLL_MS = 20;

export const VERSIONS: Readonly<Record<string, string>> = {
  'Node-RED 5': join(root, 'node_modules', 'node-red'),
  'Node-RED 4.1': join(root, 'node_modules', 'node-red-4'),
};

/**
 * To load Node-RED's nodes is half of the work of its start: these are used by no test but the few that ask for EVERY_NODE. Nor does a test
 * install nodes by the palette, for which it would ask npm for its version.
 */
const UNUSED_NODES = [
  ...['10-mqtt.js', '16-range.js', '17-split.js', '18-sort.js', '19-batch.js', '21-httprequest.js'],
  ...['22-websocket.js', '23-watch.js', '31-tcpin.js', '32-udp.js', '70-CSV.js', '70-HTML.js', '70-JSON.js'],
  ...['70-XML.js', '70-YAML.js', '80-template.js', '89-delay.js', '89-trigger.js', 'rbe.js'],
];
/** The larger editor of code, which no dialog of ours has, is a third of the work of opening the page. */
const CODE_EDITOR = isWholeRun ? 'monaco' : 'ace';
const LEAN = `nodesExcludes: ${JSON.stringify(UNUSED_NODES)}, externalModules: { palette: { allowInstall: false } },
  editorTheme: { tours: false, palette: { catalogues: [] }, codeEditor: { lib: '${CODE_EDITOR}' } },`;

/** Among the settings of a test: all nodes of Node-RED are there. */
export const EVERY_NODE = 'nodesExcludes: [],';

export interface FlowNode {
  readonly id: string;
  readonly type: string;
  readonly [key: string]: unknown;
}

export interface ToldMessage {
  readonly tag: string;
  readonly msg: {
    readonly topic?: string;
    readonly payload: Record<string, unknown>;
    readonly [key: string]: unknown;
  };
}

/** A node that tells every message it gets under a tag. */
export function teller(id: string, tag: string): FlowNode {
  const func = `global.get('tell')(${JSON.stringify(tag)}, msg);`;
  return { id, type: 'function', z: 'tab', name: tag, func, outputs: 0, x: 500, y: 100, wires: [] };
}

export const tab: FlowNode = { id: 'tab', type: 'tab', label: 'test' };

/** backup-create with the settings of a node that was just dropped. */
export function createNode(changes: Record<string, unknown>): FlowNode {
  return {
    id: 'create',
    type: 'backup-create',
    z: 'tab',
    name: 'nightly',
    backupName: '',
    nodeRed: true,
    nodeRedExclude: '',
    includeNodeModules: false,
    linkedModules: false,
    sources: [],
    folder: '',
    compression: 'zstd',
    key: '',
    excludeCaches: false,
    excludeIfPresent: '',
    unreadable: 'warn',
    copyDatabases: true,
    whenBusy: 'wait',
    timeLimit: '',
    schedule: 'none',
    scheduleTime: '03:00',
    scheduleDays: ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'],
    scheduleCron: '',
    scheduleZone: '',
    afterDeploy: false,
    deployDelay: '',
    expectedHours: '',
    marginHours: '',
    planId: '',
    removeExpired: true,
    template: '',
    x: 200,
    y: 100,
    wires: [['result'], ['events']],
    ...changes,
  };
}

export class TestNodeRed {
  readonly running: RunningNodeRed;

  private constructor(running: RunningNodeRed) {
    this.running = running;
  }

  static async start(options: StartOptions): Promise<TestNodeRed> {
    const settings = `${LEAN} functionGlobalContext: {
      tell: (tag, msg) => console.log('${MARK}' + JSON.stringify({ tag, msg })),
    },${options.settings ?? ''}`;
    return new TestNodeRed(await startNodeRed({ ...options, settings }));
  }

  /** What was told under a tag so far. */
  told(tag: string): ToldMessage['msg'][] {
    return this.running
      .output()
      .split('\n')
      .filter((line) => line.startsWith(MARK))
      .map((line) => JSON.parse(line.slice(MARK.length)) as ToldMessage)
      .filter((told) => told.tag === tag)
      .map(({ msg }) => msg);
  }

  /** The first message under a tag that fits; waits for it. */
  async heard(tag: string, fits: (msg: ToldMessage['msg']) => boolean = () => true): Promise<ToldMessage['msg']> {
    const deadline = performance.now() + WAIT_MS;
    while (performance.now() < deadline) {
      const found = this.told(tag).find(fits);
      if (found !== undefined) return found;
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    }
    throw new Error(`Nothing that fits was told as "${tag}":\n${this.running.output()}`);
  }

  async post(path: string, body?: unknown, headers: Record<string, string> = {}): Promise<Response> {
    const json = body === undefined ? {} : { body: JSON.stringify(body) };
    return fetch(new URL(path, this.running.url), {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      ...json,
    });
  }

  async deploy(flows: readonly FlowNode[], type: 'full' | 'nodes' | 'flows' = 'full'): Promise<void> {
    const headers = { 'Node-RED-API-Version': 'v2', 'Node-RED-Deployment-Type': type };
    const response = await this.post('flows', { flows }, headers);
    if (!response.ok) throw new Error(`Deploy failed: ${String(response.status)} ${await response.text()}`);
  }

  async stop(signal: 'SIGTERM' | 'SIGKILL' = 'SIGTERM'): Promise<void> {
    await this.running.stop(signal);
  }
}

/** The nodes from their sources in the runtime of node-red-node-test-helper, in this process. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Node, NodeAPI } from 'node-red';
import helper from 'node-red-node-test-helper';
import agentLocal from '../../nodes/agent-local/agent-local.ts';
import agentSftp from '../../nodes/agent-sftp/agent-sftp.ts';
import backupContinue from '../../nodes/backup-continue/backup-continue.ts';
import backupCreate from '../../nodes/backup-create/backup-create.ts';
import backupEvent from '../../nodes/backup-event/backup-event.ts';
import backupHook from '../../nodes/backup-hook/backup-hook.ts';
import backupKey from '../../nodes/backup-key/backup-key.ts';
import backupRestore from '../../nodes/backup-restore/backup-restore.ts';
import backupStatus from '../../nodes/backup-status/backup-status.ts';
import backupVerify from '../../nodes/backup-verify/backup-verify.ts';
import retention from '../../nodes/retention/retention.ts';
import { nextTurn } from '../../src/clock.ts';
import type { FlowNode, ToldMessage } from './node-red.ts';

type Message = ToldMessage['msg'];

const WAIT_MS = 120_000;

/** One for the process: the nodes' engine is opened once a runtime, and the helper has only one. */
export const userDir: string = mkdtempSync(join(tmpdir(), 'nightkeep-nodes-'));
process.once('exit', () => rmSync(userDir, { recursive: true, force: true }));
writeFileSync(join(userDir, 'settings.js'), 'module.exports = {};\n');
// The helper keeps flows in memory; a Node-RED whose nodes run has them in this file.
writeFileSync(join(userDir, `flows_${hostname()}.json`), '[]');

helper.init(createRequire(import.meta.url).resolve('node-red'), { userDir } as never);

/** What the helper's own nodes got, by id, in order. */
const heardBy = new Map<string, Message[]>();
const changes = new EventTarget();

type Register = (red: NodeAPI) => void;
type Credentials = Readonly<Record<string, Readonly<Record<string, string>>>>;

const TYPES: readonly Register[] = [
  backupCreate,
  backupEvent,
  backupStatus,
  backupHook,
  backupContinue,
  backupKey,
  agentSftp,
  agentLocal,
  retention,
  backupRestore,
  backupVerify,
];

export interface Answer {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
}

export interface NodeHost {
  /** @param credentials - by node id */
  load(flows: readonly FlowNode[], credentials?: Credentials): Promise<void>;
  deploy(flows: readonly FlowNode[], type?: 'full' | 'nodes'): Promise<void>;
  send(id: string, message: Record<string, unknown>): void;
  /** All messages that a `helper` node got so far. */
  heard(id: string): readonly Message[];
  /** The first one that fits; waits for it. */
  hear(id: string, fits?: (message: Message) => boolean): Promise<Message>;
  /** The statuses that a node has shown so far, the newest last. */
  statuses(id: string): readonly { readonly fill?: string; readonly shape?: string; readonly text?: string }[];
  /** Waits until a node has shown a status of that colour after the first so many. */
  shows(id: string, fill: string, after: number): Promise<void>;
  /** What a node's live instances told as errors or warnings so far. */
  said(id: string, how: 'error' | 'warn'): readonly { readonly code?: string; readonly message: string }[];
  post(path: string): Promise<number>;
  ask(path: string, body: object): Promise<Answer>;
}

function listen(flows: readonly FlowNode[]): void {
  for (const { id } of flows.filter(({ type }) => type === 'helper')) {
    const list = heardBy.get(id) ?? [];
    heardBy.set(id, list);
    helper.getNode(id).on('input', (message) => {
      list.push(message as Message);
      changes.dispatchEvent(new Event('heard'));
    });
  }
}

async function hear(id: string, fits: (message: Message) => boolean = () => true): Promise<Message> {
  const find = (): Message | undefined => (heardBy.get(id) ?? []).find(fits);
  const limit = AbortSignal.timeout(WAIT_MS);
  for (let found = find(); ; found = find()) {
    if (found !== undefined) return found;
    if (limit.aborted) throw new Error(`"${id}" did not hear it; it heard ${JSON.stringify(heardBy.get(id))}`);
    await new Promise<void>((resolve) => {
      const go = (): void => {
        changes.removeEventListener('heard', go);
        limit.removeEventListener('abort', go);
        resolve();
      };
      changes.addEventListener('heard', go);
      limit.addEventListener('abort', go);
    });
  }
}

interface SayCall {
  readonly thisValue: Node;
  readonly args: readonly [string | { readonly code?: string; readonly message: string }];
}

interface StatusCall {
  readonly thisValue: Node;
  readonly args: readonly [{ fill?: string; shape?: string; text?: string }];
}

function statuses(id: string): readonly StatusCall['args'][0][] {
  const { status } = helper.getNode(id) as unknown as { status: { getCalls(): StatusCall[] } };
  return status
    .getCalls()
    .filter(({ thisValue }) => thisValue.id === id)
    .map(({ args }) => args[0]);
}

function said(id: string, how: 'error' | 'warn'): ReturnType<NodeHost['said']> {
  const spy = (helper.getNode(id) as unknown as Record<typeof how, { getCalls(): SayCall[] }>)[how];
  return spy
    .getCalls()
    .filter(({ thisValue }) => thisValue.id === id)
    .map(({ args: [what] }) => (typeof what === 'string' ? { message: what } : what));
}

/**
 * Starts and ends the helper around the tests of the surrounding `describe`.
 *
 * @param types - that these tests bring, besides those of the package
 */
export function nodeHost(types: readonly Register[] = []): NodeHost {
  before(() => helper.startServer());
  after(() => helper.stopServer());
  afterEach(async () => {
    await helper.unload();
    heardBy.clear();
  });
  return {
    async load(flows, credentials = {}) {
      await helper.load([...TYPES, ...types] as never, flows as never, credentials);
      listen(flows);
    },
    async deploy(flows, type = 'full') {
      await helper.setFlows(flows as never, type);
      listen(flows);
    },
    send(id, message) {
      helper.getNode(id).receive(message);
    },
    heard: (id) => heardBy.get(id) ?? [],
    hear,
    statuses,
    async shows(id, fill, after) {
      const limit = AbortSignal.timeout(WAIT_MS);
      const isShown = (): boolean => statuses(id).some((status, index) => index >= after && status.fill === fill);
      while (!isShown()) {
        if (limit.aborted) throw new Error(`"${id}" did not turn ${fill}: ${JSON.stringify(statuses(id))}`);
        await nextTurn();
      }
    },
    said,
    async post(path) {
      return (await helper.request().post(path)).status;
    },
    async ask(path, body) {
      const answer = await helper.request().post(path).send(body);
      return { status: answer.status, body: answer.body as Answer['body'] };
    },
  };
}

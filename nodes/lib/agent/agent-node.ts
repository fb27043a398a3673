/** What an agent node is, but for its agent: input, outputs, status, the location in the engine's list, and its end. */
import type { Node, NodeAPI, NodeDef, NodeMessageInFlow } from 'node-red';
import {
  BackupError,
  systemClock,
  toBackupError,
  type AgentId,
  type BackupAgent,
  type Clock,
  type CopyRequest,
  type Engine,
} from '../../../src/index.ts';
import { retryForMs, settingsKey, templateOf } from './agent-config.ts';
import { followJobs } from '../follow-jobs.ts';
import { inBackground, onInput } from '../input.ts';
import { locationsOf, type Held } from './shared-locations.ts';
import { asText, isGiven } from '../message-values.ts';
import { attend, expectCopies } from './expected-copies.ts';
import { announcePlace } from '../node-places.ts';
import { placedAt, type Placed } from '../placed.ts';
import { runJob } from '../run-job.ts';
import { runtimeOf, type Runtime } from '../runtime.ts';
import { StatusLine } from '../status.ts';
import { checkTemplate } from '../template.ts';

export interface AgentContext {
  /** Of this Node-RED; lasts. */
  readonly instanceId: string;
  /** Of this Node-RED, for people. */
  readonly instanceName: string;
  readonly clock: Clock;
  /** An id for the agent where each node is a location of its own. */
  readonly id: AgentId;
  /** Of the node, for people. */
  readonly name: string;
}

export type CreateAgent = (context: AgentContext) => BackupAgent | Promise<BackupAgent>;

interface Parts {
  readonly runtime: Runtime;
  readonly config: NodeDef;
  readonly createAgent: CreateAgent;
  readonly status: StatusLine;
}

/** Of each instance; to be found by the one that it replaces. */
const holds = new WeakMap<Node, Promise<Held>>();

const CALLS = ['upload', 'download', 'list', 'get', 'updateRecord', 'delete', 'check', 'space', 'close'] as const;

/**
 * Makes a node that was created with `RED.nodes.createNode` an agent node: one input, and two outputs for results and events.
 *
 * @param config - as Node-RED handed it to the node; of its fields, `retryHours` and `template` are used here
 * @param createAgent - called once for each deploy of the node; when it throws, every message fails with that error
 */
// eslint-disable-next-line @typescript-eslint/max-params -- what other packages call, in the order of a node's constructor
export function agentNode(red: NodeAPI, node: Node, config: NodeDef, createAgent: CreateAgent): void {
  const runtime = runtimeOf(red);
  runtime.enter(node);
  const template = templateOf(config);
  checkTemplate(node, template);
  const status = new StatusLine(node);
  const stop = followJobs(node, { runtime, template, status, begin: (engine) => showKnown(engine, node, status) });
  const held = attach(node, { runtime, config, createAgent, status });
  holds.set(node, held);
  const leaveWatch = attend(runtime, node);
  const leavePlace = announcePlace(runtime, node.id, { agentId: async () => (await held).agent.id, planId: null });
  onInput(node, async (message, send) => {
    if (isCancel(message)) {
      await (await runtime.engine()).cancelCopies(node.id);
      return;
    }
    await runJob(node, { message, send, runtime, status }, async (engine): Promise<Placed> => {
      const { id: agentId, name: agentName } = (await held).agent;
      expectCopies(engine, message, { agentId, agentName, nodeId: node.id });
      const record = await engine.copy({ ...copyOf(message), agentId, nodeId: node.id, retryForMs: retryForMs(config) })
        .result;
      return placedAt(engine, agentId, record);
    });
  });
  node.on('close', (removed: boolean, done: () => void) => {
    stop();
    leavePlace();
    inBackground(node, leaveWatch(removed));
    runtime.leave(node, removed);
    inBackground(node, detach(node, runtime, held));
    done();
  });
}

function showKnown(engine: Engine, node: Node, status: StatusLine): void {
  const isMine = ({ node_id }: { readonly node_id: string | null }): boolean => node_id === node.id;
  status.knownCopy(engine.status().jobs.find(isMine), engine.pendingCopies().find(isMine));
}

/** @returns a promise whose rejection has been told */
function attach(node: Node, parts: Parts): Promise<Held> {
  const held = hold(node, parts);
  held.catch((error: unknown) => {
    if (!parts.runtime.isLive(node)) return;
    const known = toBackupError(error);
    parts.status.failed(known.code);
    node.error(known);
  });
  return held;
}

async function hold(node: Node, { runtime, config, createAgent }: Parts): Promise<Held> {
  const engine = await runtime.engine();
  const { instanceId, instanceName } = engine;
  const name = node.name ?? '';
  retryForMs(config);
  const agent = await createAgent({
    instanceId,
    instanceName,
    clock: systemClock,
    id: `${node.type}:${node.id}`,
    name: name === '' ? node.type : name,
  });
  const missing = CALLS.filter((call) => typeof (agent as Partial<BackupAgent> | undefined)?.[call] !== 'function');
  if (missing.length > 0) {
    throw new BackupError('invalid_request', `${node.type} gave no agent: it lacks ${missing.join(', ')}.`);
  }
  try {
    return locationsOf(engine, runtime).hold(agent, { node, settings: settingsKey(node, config) });
  } catch (error) {
    await agent.close();
    throw error;
  }
}

/** Until the deploy is over the location stays listed: most often the next instance holds it again. */
async function detach(node: Node, runtime: Runtime, held: Promise<Held>): Promise<void> {
  const successor = await runtime.successor(node);
  if (successor !== undefined) await holds.get(successor)?.catch(() => null);
  await (await held.catch(() => null))?.release();
  if (successor === undefined) await (await runtime.engine()).cancelCopies(node.id);
}

function isCancel(message: NodeMessageInFlow): boolean {
  return (message as { readonly cancel?: unknown }).cancel === true;
}

/** What a message may say about its copy. Values of the wrong kind are refused by the engine, which says so everywhere. */
function copyOf(message: NodeMessageInFlow): Pick<CopyRequest, 'backupId' | 'from' | 'automatic'> {
  const { backup_id, backup, agent_id, manual } = message as Readonly<Record<string, unknown>>;
  const ofRecord = (backup as { readonly backup_id?: unknown } | null | undefined)?.backup_id;
  const id = isGiven(backup_id) ? backup_id : ofRecord;
  return {
    backupId: isGiven(id) ? asText(id) : null,
    from: isGiven(agent_id) ? asText(agent_id) : null,
    automatic: manual !== true,
  };
}

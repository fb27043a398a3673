/** The nodes of a flow file, taken apart. Pure. */
import { BackupError } from '../../errors.ts';
import type { FlowNode } from '../../installation/content/flow-list.ts';
import type { FlowTab } from '../tasks.ts';

/** In the order of the editor. */
export function tabsOf(nodes: readonly FlowNode[]): readonly FlowTab[] {
  const counts = new Map<unknown, number>();
  for (const { z, type } of nodes) if (type !== 'group') counts.set(z, (counts.get(z) ?? 0) + 1);
  return nodes
    .filter(({ type }) => type === 'tab')
    .map(({ id, label, disabled }) => ({
      id: String(id),
      label: typeof label === 'string' ? label : '',
      disabled: disabled === true,
      nodes: counts.get(id) ?? 0,
    }));
}

/**
 * The tabs that are meant: an id goes before a label, and a label means every tab that has it.
 *
 * @throws BackupError `invalid_request` when one means none
 */
export function chooseTabs(tabs: readonly FlowTab[], wanted: readonly string[]): ReadonlySet<string> {
  const chosen = new Set<string>();
  for (const want of wanted) {
    const exact = tabs.filter(({ id }) => id === want);
    const found = exact.length > 0 ? exact : tabs.filter(({ label }) => label === want);
    if (found.length === 0) {
      const there = tabs.map(({ id, label }) => `"${label}" (${id})`).join(', ');
      throw new BackupError('invalid_request', `The backup has no tab "${want}". It has ${there || 'none'}.`);
    }
    for (const { id } of found) chosen.add(id);
  }
  return chosen;
}

/**
 * What is imported to have these tabs: they and what is on them, the subflows of which instances are there, and the config nodes that
 * any of these name, however deep.
 *
 * @returns in the order of the file, without credentials
 */
export function nodesOfTabs(all: readonly FlowNode[], tabIds: ReadonlySet<string>): readonly FlowNode[] {
  const byId = new Map(all.map((node) => [node['id'], node]));
  const byPlace = new Map<unknown, FlowNode[]>();
  for (const node of all) {
    const there = byPlace.get(node['z']);
    if (there === undefined) byPlace.set(node['z'], [node]);
    else there.push(node);
  }
  const taken = new Set<FlowNode>();
  const queue = all.filter(({ id }) => tabIds.has(String(id)));
  for (let node = queue.pop(); node !== undefined; node = queue.pop()) {
    if (taken.has(node)) continue;
    taken.add(node);
    const { id, type } = node;
    if (type === 'tab' || type === 'subflow') queue.push(...(byPlace.get(id) ?? []));
    const subflow =
      typeof type === 'string' && type.startsWith('subflow:') ? byId.get(type.slice('subflow:'.length)) : undefined;
    if (subflow !== undefined) queue.push(subflow);
    for (const text of textsIn(node)) {
      const named = byId.get(text);
      if (named !== undefined && isConfigNode(named)) queue.push(named);
    }
  }
  return all.filter((node) => taken.has(node)).map(withoutCredentials);
}

/** Also what no tab uses. In the order of the file, without credentials. */
export function everyNode(all: readonly FlowNode[]): readonly FlowNode[] {
  return all.map(withoutCredentials);
}

/** It has no place in a flow. */
function isConfigNode({ type, x, y }: FlowNode): boolean {
  return type !== 'tab' && type !== 'subflow' && type !== 'group' && x === undefined && y === undefined;
}

/** What is a text in a node's settings, however deep. Which of them name a config node only the node's type would know. */
function* textsIn(value: unknown): Generator<string, void, undefined> {
  if (typeof value === 'string') yield value;
  else if (typeof value === 'object' && value !== null) for (const inner of Object.values(value)) yield* textsIn(inner);
}

/** A flow file has none; one that was made by another program may. */
function withoutCredentials(node: FlowNode): FlowNode {
  const rest = without(node, 'credentials');
  const { env } = node;
  return Array.isArray(env) ? { ...rest, env: env.map(withoutSecret) } : rest;
}

function withoutSecret(variable: unknown): unknown {
  const isSecret = typeof variable === 'object' && variable !== null && 'type' in variable && variable.type === 'cred';
  return isSecret ? without(variable, 'value') : variable;
}

function without(fields: FlowNode, name: string): FlowNode {
  return Object.fromEntries(Object.entries(fields).filter(([key]) => key !== name));
}

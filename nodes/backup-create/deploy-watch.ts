/** Tells of deploys, and which tabs they changed. */
import { createHash } from 'node:crypto';
import type { NodeAPI } from 'node-red';
import { systemClock, type Timer } from '../../src/index.ts';
import { asText } from '../lib/message-values.ts';

/** However often is deployed, the backup comes within so many waits. */
const MOST_WAITS = 10;
const CONFIGURATION = 'configuration';

type FlowNode = Readonly<Record<string, unknown>>;

/** Of each tab and each subflow, and of what belongs to none: its name and what is in it. */
export type FlowDigests = ReadonlyMap<string, { readonly label: string; readonly digest: string }>;

function flowDigests(flows: readonly FlowNode[]): FlowDigests {
  const parts = new Map<string, { label: string; nodes: string[] }>();
  const homes = flows.filter(({ type }) => type === 'tab' || type === 'subflow');
  for (const home of homes) {
    const label = asText(home['label']) || asText(home['name']) || asText(home['id']);
    parts.set(asText(home['id']), { label, nodes: [JSON.stringify(home)] });
  }
  for (const node of flows) {
    if (homes.includes(node)) continue;
    const home = parts.get(asText(node['z'])) ?? parts.get('') ?? { label: CONFIGURATION, nodes: [] };
    if (home.label === CONFIGURATION) parts.set('', home);
    home.nodes.push(JSON.stringify(node));
  }
  // Their order in the file means nothing.
  return new Map(
    [...parts].map(([id, { label, nodes }]) => {
      return [id, { label, digest: createHash('sha256').update(nodes.sort().join('\n')).digest('hex') }];
    }),
  );
}

/** @returns the names of what differs, also of what is new or gone */
function changedTabs(before: FlowDigests, after: FlowDigests): readonly string[] {
  const ids = new Set([...after.keys(), ...before.keys()]);
  const changed = [...ids].filter((id) => before.get(id)?.digest !== after.get(id)?.digest);
  return [...new Set(changed.map((id) => (after.get(id) ?? before.get(id))?.label ?? id))];
}

interface Waiting {
  readonly changed: Set<string>;
  readonly since: number;
  timer: Timer | null;
}

interface Listener {
  readonly nodeId: string;
  readonly delayMs: number;
  readonly run: (changed: readonly string[]) => void;
}

/** One for a Node-RED. What waits for its quiet moment goes to the next instance of a node when a deploy replaces it. */
export class DeployWatch {
  readonly #listeners = new Map<string, Listener>();
  readonly #waiting = new Map<string, Waiting>();
  #digests: FlowDigests | null = null;

  constructor(red: NodeAPI) {
    red.events.on('flows:started', (event: { readonly config?: { readonly flows?: readonly FlowNode[] } }) => {
      const flows = event.config?.flows;
      if (flows !== undefined) this.#started(flows);
    });
  }

  /** @returns a function that ends it; pass whether the node is gone, and not only this instance of it */
  listen(listener: Listener): (removed: boolean) => void {
    this.#listeners.set(listener.nodeId, listener);
    return (removed) => {
      if (this.#listeners.get(listener.nodeId) !== listener) return;
      this.#listeners.delete(listener.nodeId);
      if (removed) this.#forget(listener.nodeId);
    };
  }

  #started(flows: readonly FlowNode[]): void {
    const after = flowDigests(flows);
    const before = this.#digests;
    this.#digests = after;
    for (const id of this.#waiting.keys()) if (!this.#listeners.has(id)) this.#forget(id);
    // The first start of a process is no deploy.
    const changed = before === null ? [] : changedTabs(before, after);
    if (changed.length === 0) return;
    for (const listener of this.#listeners.values()) this.#wait(listener, changed);
  }

  #wait({ nodeId, delayMs }: Listener, changed: readonly string[]): void {
    const now = systemClock.monotonic();
    const waiting = this.#waiting.get(nodeId) ?? { changed: new Set<string>(), since: now, timer: null };
    this.#waiting.set(nodeId, waiting);
    for (const tab of changed) waiting.changed.add(tab);
    waiting.timer?.cancel();
    const left = waiting.since + MOST_WAITS * delayMs - now;
    waiting.timer = systemClock.setTimer(Math.max(0, Math.min(delayMs, left)), () => {
      this.#waiting.delete(nodeId);
      this.#listeners.get(nodeId)?.run([...waiting.changed]);
    });
  }

  #forget(nodeId: string): void {
    this.#waiting.get(nodeId)?.timer?.cancel();
    this.#waiting.delete(nodeId);
  }
}

const known = new WeakMap<object, DeployWatch>();

export function deployWatchOf(red: NodeAPI): DeployWatch {
  const watch = known.get(red.events) ?? new DeployWatch(red);
  known.set(red.events, watch);
  return watch;
}

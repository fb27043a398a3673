/** What differs between the flows of a backup and those of today, tab by tab. Pure. */
import type { FlowNode } from '../red.ts';

export interface NodeName {
  readonly id: string;
  readonly type: string;
  /** Empty when it has none. */
  readonly name: string;
}

export interface ChangedNode extends NodeName {
  /** Names of its settings that differ. */
  readonly properties: readonly string[];
  /** It only lies somewhere else on its tab. */
  readonly isMoved: boolean;
}

export interface FlowDifference {
  readonly id: string;
  /** `config`: the config nodes that belong to no tab. */
  readonly kind: 'tab' | 'subflow' | 'config';
  readonly label: string;
  /** `added`: it is there today and not in the backup. */
  readonly state: 'added' | 'removed' | 'changed' | 'same';
  /** There today and not in the backup. */
  readonly added: readonly NodeName[];
  /** In the backup and not there today. */
  readonly removed: readonly NodeName[];
  readonly changed: readonly ChangedNode[];
}

const PLACES: ReadonlySet<string> = new Set(['x', 'y', 'w', 'h']);
/** Secrets are stored elsewhere and never compared. */
const IGNORED: ReadonlySet<string> = new Set(['id', 'credentials']);
const CONFIG = '';

/** In the order of today's tabs, then what only the backup has, then config nodes. */
export function compareFlows(backup: readonly FlowNode[], today: readonly FlowNode[]): readonly FlowDifference[] {
  const [before, after] = [byId(backup), byId(today)];
  const places = new Map([...today, ...backup].filter(isPlace).map((node) => [String(node['id']), node]));
  const found = new Map([...places.keys(), CONFIG].map((id) => [id, new Found()]));
  const at = (node: FlowNode): Found | undefined => found.get(placeOf(node, places));
  for (const node of today) {
    const old = before.get(node['id']);
    if (old === undefined) at(node)?.added.push(nameOf(node));
    else at(node)?.compare(old, node);
  }
  for (const node of backup) if (!after.has(node['id'])) at(node)?.removed.push(nameOf(node));
  return [...found].flatMap(([id, { added, removed, changed }]) => {
    const isSame = added.length + removed.length + changed.length === 0;
    if (id === CONFIG && isSame) return [];
    const state = isSame ? 'same' : stateOf(id, before, after);
    return [{ id, ...describe(after.get(id) ?? before.get(id)), state, added, removed, changed }];
  });
}

/** Of one tab. */
class Found {
  readonly added: NodeName[] = [];
  readonly removed: NodeName[] = [];
  readonly changed: ChangedNode[] = [];

  compare(old: FlowNode, node: FlowNode): void {
    const properties = differingProperties(old, node);
    const isMoved = properties.every((name) => PLACES.has(name));
    if (properties.length > 0) this.changed.push({ ...nameOf(node), properties, isMoved });
  }
}

type Nodes = ReadonlyMap<unknown, FlowNode>;

const byId = (nodes: readonly FlowNode[]): Nodes => new Map(nodes.map((node) => [node['id'], node]));
const isPlace = ({ type }: FlowNode): boolean => type === 'tab' || type === 'subflow';

/** A tab belongs to itself, a node to its tab, and what has none to the config nodes. */
function placeOf(node: FlowNode, places: Nodes): string {
  const place = String(isPlace(node) ? node['id'] : (node['z'] ?? CONFIG));
  return places.has(place) ? place : CONFIG;
}

function nameOf({ id, type, name, label }: FlowNode): NodeName {
  const shown = [name, label].find((value) => typeof value === 'string' && value !== '');
  return { id: String(id), type: String(type), name: typeof shown === 'string' ? shown : '' };
}

function describe(place: FlowNode | undefined): Pick<FlowDifference, 'kind' | 'label'> {
  if (place === undefined) return { kind: 'config', label: '' };
  return { kind: place['type'] === 'tab' ? 'tab' : 'subflow', label: nameOf(place).name };
}

function stateOf(id: string, before: Nodes, after: Nodes): FlowDifference['state'] {
  if (id === CONFIG) return 'changed';
  if (!before.has(id)) return 'added';
  return after.has(id) ? 'changed' : 'removed';
}

function differingProperties(a: FlowNode, b: FlowNode): readonly string[] {
  const names = new Set([...Object.keys(a), ...Object.keys(b)]);
  return [...names].filter((name) => !IGNORED.has(name) && shapeOf(a[name]) !== shapeOf(b[name])).sort();
}

/** The editor adds a setting that a node has got since with an empty default, which changes nothing. */
function shapeOf(value: unknown): string {
  const isEmpty =
    value === undefined ||
    value === null ||
    value === '' ||
    value === false ||
    (Array.isArray(value) && value.length === 0);
  return isEmpty ? '' : JSON.stringify(sorted(value));
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, inner]) => [key, sorted(inner)]),
  );
}

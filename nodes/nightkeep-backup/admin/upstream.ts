/** What a node is wired behind, as the flow that runs says. */
import type { NodeAPI } from 'node-red';

interface WiredNode {
  readonly id: string;
  readonly wires?: readonly (readonly string[])[];
  /** Of a link node: the ids of those at the other end. */
  readonly links?: readonly string[];
  readonly type: string;
}

/** By node id, the ids of the nodes whose messages it gets. Nodes inside subflows are known by their templates only. */
export type Wiring = ReadonlyMap<string, readonly string[]>;

export function wiringOf(red: NodeAPI): Wiring {
  const before = new Map<string, string[]>();
  red.nodes.eachNode((definition) => {
    const node = definition as unknown as WiredNode;
    const after = [...(node.wires ?? []).flat(), ...(node.type === 'link out' ? (node.links ?? []) : [])];
    for (const id of after) before.set(id, [...(before.get(id) ?? []), node.id]);
  });
  return before;
}

/**
 * @param stop - where messages are not followed further back
 * @returns all nodes from which messages come to a node, without itself
 */
export function upstreamOf(wiring: Wiring, nodeId: string, stop: (id: string) => boolean): ReadonlySet<string> {
  const seen = new Set<string>();
  const waiting = [...(wiring.get(nodeId) ?? [])];
  for (let id = waiting.pop(); id !== undefined; id = waiting.pop()) {
    if (seen.has(id)) continue;
    seen.add(id);
    if (!stop(id)) waiting.push(...(wiring.get(id) ?? []));
  }
  return seen;
}

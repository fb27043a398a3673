/** A flow file, as Node-RED takes it. */
import { isObject } from '../../io/json-file.ts';
import { nodeRedJson } from './node-red-json.ts';

/** As it stands in a flow file. */
export type FlowNode = Readonly<Record<string, unknown>>;

/** `why` says in a few words what keeps Node-RED from loading it. */
export type FlowList =
  { readonly ok: true; readonly nodes: readonly FlowNode[] } | { readonly ok: false; readonly why: string };

/** Node-RED starts with an empty file, and with one that is not JSON it starts without any flows, which is worse than not at all. */
export function flowList(bytes: Uint8Array): FlowList {
  if (bytes.length === 0) return { ok: true, nodes: [] };
  const json = nodeRedJson(bytes);
  if (json === null) return { ok: false, why: 'it is not JSON' };
  // The form in which the admin API gives flows is none that a file may have.
  if (!Array.isArray(json.value)) return { ok: false, why: 'it is not a list of nodes' };
  const nodes: readonly unknown[] = json.value;
  return nodes.every(isNode) ? { ok: true, nodes } : { ok: false, why: 'something in it is not a node' };
}

function isNode(value: unknown): value is FlowNode {
  return isObject(value) && typeof value['id'] === 'string' && typeof value['type'] === 'string';
}

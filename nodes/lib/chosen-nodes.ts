import type { Node } from 'node-red';

/**
 * Which nodes a list of chosen ones means at run time. In a subflow the list holds ids of the template, and the nodes are those
 * of the same instance.
 *
 * @param scope - as stored: null for all nodes. Node-RED turns a list of one node into the bare id of that node's instance when it
 *   makes an instance of a subflow.
 */
export function chosenNodes(node: Node, scope: unknown): (nodeId: string | null) => boolean {
  if (scope === null || scope === undefined) return () => true;
  const ids = (Array.isArray(scope) ? scope : [scope]).map(String);
  const { _alias: templateId } = node as { readonly _alias?: unknown };
  const instance = typeof templateId === 'string' ? node.id.slice(0, -templateId.length) : null;
  const wanted = new Set(instance === null ? ids : [...ids, ...ids.map((id) => instance + id)]);
  return (nodeId) => nodeId !== null && wanted.has(nodeId);
}

import type { Node } from 'node-red';

/** Whether a node is the one of a dialog, or one of its instances when the dialog is that of a subflow's node. */
export function isNodeOf(node: Node, id: unknown): boolean {
  if (typeof id !== 'string' || id === '') return false;
  return node.id === id || (node as { readonly _alias?: unknown })._alias === id;
}

import type { FlowNode } from './node-red.ts';

/** A backup-verify node as the dialog stores a new one. */
export function verifyNode(id: string, changes: Record<string, unknown> = {}): FlowNode {
  const settings = { name: '', mode: 'verify', locations: null, template: '' };
  return { id, type: 'backup-verify', z: 'tab', ...settings, x: 600, y: 200, wires: [[], []], ...changes };
}

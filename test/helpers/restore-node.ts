import type { FlowNode } from './node-red.ts';

/** A backup-restore node as the dialog stores one that was just dropped. */
export function restoreNode(id: string, changes: Record<string, unknown> = {}): FlowNode {
  return {
    id,
    type: 'backup-restore',
    z: 'tab',
    name: '',
    mode: 'folder',
    folder: 'restored',
    paths: '',
    overwrite: false,
    useSettings: false,
    installModules: false,
    fewerLogins: false,
    notice: true,
    locations: null,
    template: '',
    x: 420,
    y: 500,
    wires: [[], []],
    ...changes,
  };
}

/** Nodes that tests of several node types put around theirs. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createNode, tab, type FlowNode } from './node-red.ts';

const listener = (id: string): FlowNode => ({ id, type: 'helper', z: 'tab', x: 1, y: 1, wires: [] });
const catcher: FlowNode = { id: 'catch', type: 'catch', z: 'tab', scope: null, x: 1, y: 1, wires: [['caught']] };
const complete: FlowNode = { id: 'end', type: 'complete', z: 'tab', scope: ['agent'], x: 1, y: 1, wires: [['done']] };

/** The given nodes, and ones that hear what they send, what is caught, and when the node `agent` is done. */
export function heardFlow(...nodes: readonly FlowNode[]): FlowNode[] {
  return [tab, ...nodes, catcher, complete, ...['made', 'copied', 'told', 'caught', 'done'].map(listener)];
}

/** backup-create of one small file, in a folder of the test. */
export function smallCreate(folder: string, changes: Record<string, unknown> = {}): FlowNode {
  const path = join(folder, 'data');
  mkdirSync(path, { recursive: true });
  writeFileSync(join(path, 'a.txt'), 'hello');
  return createNode({
    nodeRed: false,
    sources: [{ label: 'data', path, exclude: '' }],
    folder: join(folder, 'backups'),
    wires: [['made'], []],
    ...changes,
  });
}

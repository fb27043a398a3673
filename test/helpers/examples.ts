/** The examples of the package as flows of tests. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { teller, type FlowNode } from './node-red.ts';

const EXAMPLES = join(import.meta.dirname, '..', '..', 'examples');

/** What its debug nodes get is told under this tag, unless they are given another. */
export const SAID = 'said';

/**
 * @param change - what a node is in the test, for each that is no debug node
 * @param tags - by id of a debug node
 */
export function exampleFlows(
  file: string,
  change: (node: FlowNode) => FlowNode = (node) => node,
  tags: Readonly<Record<string, string>> = {},
): FlowNode[] {
  const nodes = JSON.parse(readFileSync(join(EXAMPLES, file), 'utf8')) as FlowNode[];
  return nodes.map((node) => {
    if (node.type !== 'debug') return change(node);
    return { ...teller(node.id, tags[node.id] ?? SAID), z: node['z'] };
  });
}

/** With its disk in a folder of the test. */
export function onDisk(folder: string): (node: FlowNode) => FlowNode {
  return (node) => {
    if (node.type !== 'agent-local') return node;
    return { ...node, folder: join(folder, 'disk', '{{instance_name}}'), mounted: false };
  };
}

import type { Node, NodeAPI } from 'node-red';
import { asText } from './message-values.ts';

/**
 * What is typed into a dialog, with `${NAME}` as the whole text replaced as Node-RED itself replaces it when a node is deployed.
 *
 * @param node - as it is deployed, which knows the variables of its flow; undefined when it is not yet
 */
export function fromEnvironment(red: NodeAPI, text: string, node: Node | undefined): string {
  const name = /^\$\{(\S+)\}$/.exec(text)?.[1];
  if (name === undefined) return text;
  return node === undefined
    ? (process.env[name] ?? '')
    : asText(red.util.evaluateNodeProperty(name, 'env', node, {}) as unknown);
}

/** What goes into the editor with one tab of a backup. Pure. */
import type { FlowNode, ImportOptions } from '../red.ts';

export interface TabImport {
  readonly nodes: readonly FlowNode[];
  readonly options: ImportOptions;
}

const COMMON = { addFlow: false, touchImport: true, notify: true } as const;

/** A second tab beside today's. Node-RED itself takes config nodes and subflows that are the same from what is there. */
export function importAsCopy(nodes: readonly FlowNode[]): TabImport {
  return { nodes, options: { ...COMMON, generateIds: true } };
}

/**
 * The tab with its ids, once today's tab of that id is gone. Config nodes and subflows that are there stay as they are today, with
 * their credentials; a node that lies on another tab today comes under a new id.
 *
 * @param tabId - of the tab in the backup
 * @param today - what the editor has
 */
export function importWithIds(nodes: readonly FlowNode[], tabId: string, today: readonly FlowNode[]): TabImport {
  const others = today.filter((node) => !isOf(tabId, node));
  const there = new Set(others.map(({ id }) => id));
  const wanted = nodes.filter((node) => isOf(tabId, node) || !(there.has(node['id']) || there.has(node['z'])));
  const clashes = wanted.filter(({ id }) => there.has(id));
  const importMap = Object.fromEntries(clashes.map(({ id }) => [String(id), 'copy' as const]));
  return { nodes: wanted, options: { ...COMMON, generateIds: false, importMap } };
}

/** The tab itself, or what lies on it. */
const isOf = (tabId: string, { id, z }: FlowNode): boolean => id === tabId || z === tabId;

/** The flows in the editor: what is there, and how a tab of a backup gets in. */
import { send } from './api.ts';
import { importAsCopy, importWithIds } from './model/import-tab.ts';
import { RED, type FlowNode } from './red.ts';
import { text } from './text.ts';

/**
 * Those that run: the editor would add defaults to what it shows, and leave out settings that it does not know.
 *
 * @throws ApiError
 */
export async function deployedFlows(): Promise<readonly FlowNode[]> {
  const headers = { 'Node-RED-API-Version': 'v2' };
  const answer = await send({ url: 'flows', method: 'GET', dataType: 'json', headers });
  return (answer as { readonly flows: readonly FlowNode[] }).flows;
}

/** With what is not deployed yet; without credentials. */
function flowsOfEditor(): readonly FlowNode[] {
  return RED.nodes.createCompleteNodeSet({ credentials: false });
}

export function hasTab(id: string): boolean {
  return RED.nodes.workspace(id) !== undefined;
}

/**
 * Puts a tab of a backup into the editor. Nothing is deployed, and Undo takes it back.
 *
 * @param nodes - the tab and all that goes with it
 * @param keepsIds - it takes the place of today's tab of its id; else it comes as a copy beside it
 * @throws Error when today's tab cannot be replaced
 */
export function importTab(nodes: readonly FlowNode[], tabId: string, keepsIds: boolean): void {
  const known = RED.nodes.workspace(tabId);
  // The editor changes what it imports.
  const own = structuredClone(nodes);
  if (!keepsIds) {
    const { nodes: wanted, options } = importAsCopy(own);
    RED.view.importNodes(wanted, options);
    return;
  }
  const { nodes: wanted, options } = importWithIds(own, tabId, flowsOfEditor());
  if (known === undefined) RED.view.importNodes(wanted, options);
  else replaceTab(tabId, known, () => RED.view.importNodes(wanted, options));
  RED.workspaces.show(tabId);
}

/** The editor never removes its last tab, so for a moment there is another one. */
function replaceTab(tabId: string, tab: object, bringIn: () => void): void {
  const isLast = RED.workspaces.count() === 1;
  const spare = isLast ? RED.workspaces.add(null, true) : null;
  RED.workspaces.delete(tab);
  if (hasTab(tabId)) throw new Error(text('import.locked'));
  bringIn();
  if (spare !== null) RED.workspaces.delete(spare);
}

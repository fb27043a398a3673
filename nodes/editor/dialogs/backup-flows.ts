import type { FlowsAnswer, Row } from '../answers.ts';
import { get } from '../api.ts';
import type { FlowNode } from '../red.ts';

/**
 * The flows of a backup, without credentials.
 *
 * @param tabId - only what is imported with this tab; all of them unless given
 * @throws ApiError
 */
export async function flowsOf(row: Row, agentId: string, tabId?: string): Promise<FlowsAnswer> {
  const query = new URLSearchParams({ at: agentId, ...(tabId === undefined ? {} : { tab: tabId }) });
  return get<FlowsAnswer>(`backups/${encodeURIComponent(row.backup_id)}/flows?${query.toString()}`);
}

/** All nodes of an answer. */
export function nodesIn({ tabs, subflows, config }: FlowsAnswer): readonly FlowNode[] {
  return [...tabs.flatMap(({ nodes }) => nodes), ...subflows, ...config];
}

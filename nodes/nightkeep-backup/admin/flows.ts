/** The flows of a backup, tab by tab, to look at, compare and import. Credentials are never among them. */
import type { BackupFlows, Engine, FlowNode, FlowTab } from '../../../src/index.ts';
import { queryText, requiredQuery } from '../../lib/http/asked.ts';
import { storedCopy } from './jobs.ts';
import type { Asked } from '../../lib/http/serve.ts';

interface TabContent extends Omit<FlowTab, 'nodes'> {
  /** The tab's own entry first, then what is on it. */
  readonly nodes: readonly FlowNode[];
}

interface FlowsAnswer extends Pick<BackupFlows, 'backup_id' | 'file'> {
  readonly tabs: readonly TabContent[];
  /** Each followed by what is in it. */
  readonly subflows: readonly FlowNode[];
  /** Config nodes that belong to no tab. */
  readonly config: readonly FlowNode[];
}

/** All that the flow file has, or with `tab` what is imported to have that tab. */
export async function answerFlows(engine: Engine, asked: Asked): Promise<FlowsAnswer> {
  const { record, agentId } = await storedCopy(engine, asked, requiredQuery(asked.request, 'at'));
  const tab = queryText(asked.request, 'tab');
  const request = { backupId: record.backup_id, agentId, tabs: tab === null ? ('all' as const) : [tab] };
  const { backup_id, file, tabs, nodes } = await engine.flows(request, asked.signal);
  const byPlace = new Map<unknown, FlowNode[]>();
  for (const node of nodes) {
    const there = byPlace.get(node['z']);
    if (there === undefined) byPlace.set(node['z'], [node]);
    else there.push(node);
  }
  const withContent = (node: FlowNode): FlowNode[] => [node, ...(byPlace.get(node['id']) ?? [])];
  const own = nodes.filter(({ z, type }) => (z === undefined || z === '') && type !== 'tab');
  return {
    backup_id,
    file,
    tabs: tabs.map((tab) => {
      const entry = nodes.filter(({ id, type }) => type === 'tab' && id === tab.id);
      return { ...tab, nodes: entry.flatMap(withContent) };
    }),
    subflows: own.filter(({ type }) => type === 'subflow').flatMap(withContent),
    config: own.filter(({ type }) => type !== 'subflow'),
  };
}

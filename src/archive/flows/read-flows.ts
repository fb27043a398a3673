/** Reads the flows of a backup of Node-RED and says whether they can be loaded. Runs in a worker thread. */
import { toBackupError } from '../../errors.ts';
import { checkHeader } from '../../installation/content/check-content.ts';
import type { FlowNode } from '../../installation/content/flow-list.ts';
import type { FlowsResult, FlowsTask, TaskContext } from '../tasks.ts';
import { openArchive } from '../read/open-archive.ts';
import { chooseTabs, everyNode, nodesOfTabs, tabsOf } from './flow-file.ts';
import { readingOfArchive } from './read-members.ts';

/**
 * @throws BackupError when the archive cannot be read, or a tab that is asked for is not there; what is wrong with the flows themselves
 * is in the result
 */
export async function readFlows(task: FlowsTask, context: TaskContext): Promise<FlowsResult> {
  const archive = await openArchive({ ...context, ...task });
  try {
    const isProof = task.isProof === true;
    const verdict = await readingOfArchive(archive, task.backupId, (header) => checkHeader(header, isProof));
    const { file, nodes, credentials, problems, warnings } = verdict;
    const told = nodes === null ? NO_FLOWS : flowsIn(nodes, task.tabs);
    return { file, ...told, all: nodes?.length ?? 0, credentials, problems, warnings };
  } catch (error) {
    const known = toBackupError(error);
    if (known.code !== 'restore_failed') throw known;
    const { member } = known.data;
    const problem = { code: known.code, member: typeof member === 'string' ? member : null, message: known.message };
    return { file: null, ...NO_FLOWS, all: 0, credentials: 'none', problems: [problem], warnings: [] };
  } finally {
    await archive.close();
  }
}

type FlowsIn = Pick<FlowsResult, 'tabs' | 'nodes'>;

const NO_FLOWS: FlowsIn = { tabs: [], nodes: [] };

function flowsIn(all: readonly FlowNode[], wanted: FlowsTask['tabs']): FlowsIn {
  const tabs = tabsOf(all);
  if (wanted === null) return { tabs, nodes: [] };
  return { tabs, nodes: wanted === 'all' ? everyNode(all) : nodesOfTabs(all, chooseTabs(tabs, wanted)) };
}

/** Reads the flows of a backup of Node-RED and says whether they can be loaded. Runs in a worker thread. */
import { BackupError, toBackupError } from '../../errors.ts';
import { isObject } from '../../io/json-file.ts';
import type { FlowNode, FlowsResult, FlowsTask, TaskContext, TaskProblem } from '../tasks.ts';
import { openArchive } from '../read/open-archive.ts';
import { credentialsState } from './credentials-state.ts';
import { chooseTabs, everyNode, nodesOfTabs, parseFlowFile, tabsOf } from './flow-file.ts';
import { readMembers, type MemberNames } from './read-members.ts';

/**
 * @throws BackupError when the archive cannot be read, or a tab that is asked for is not there; what is wrong with the flows themselves
 * is in the result
 */
export async function readFlows(task: FlowsTask, context: TaskContext): Promise<FlowsResult> {
  const archive = await openArchive({ ...context, ...task });
  try {
    const { names, contents } = await readMembers(archive, task.backupId, namesOf);
    const contentOf = (name: string | undefined): Uint8Array | null =>
      (name === undefined ? null : contents.get(name)) ?? null;
    const flows = contentOf(names.flows);
    if (names.flows === undefined || flows === null) return NOTHING;
    const [credentials, secret] = [contentOf(names.credentials), contentOf(names.secret)];
    const state = credentialsState({ credentials, secret, runtimeConfig: contentOf(names.runtimeConfig) });
    const problems = state === 'unreadable' ? [unreadable(names.credentials ?? names.flows)] : [];
    return { file: names.flows, ...flowsIn(flows, names.flows, task.tabs), credentials: state, problems };
  } catch (error) {
    const known = toBackupError(error);
    if (known.code !== 'restore_failed') throw known;
    const { member } = known.data;
    const problem = { code: known.code, member: typeof member === 'string' ? member : null, message: known.message };
    return { ...NOTHING, problems: [problem] };
  } finally {
    await archive.close();
  }
}

const NOTHING: FlowsResult = { file: null, tabs: [], nodes: [], credentials: 'none', problems: [] };

type FlowsIn = Pick<FlowsResult, 'tabs' | 'nodes'>;

function flowsIn(bytes: Uint8Array, file: string, wanted: FlowsTask['tabs']): FlowsIn {
  const all: readonly FlowNode[] = parseFlowFile(bytes, file);
  const tabs = tabsOf(all);
  if (wanted === null) return { tabs, nodes: [] };
  return { tabs, nodes: wanted === 'all' ? everyNode(all) : nodesOfTabs(all, chooseTabs(tabs, wanted)) };
}

function unreadable(member: string): TaskProblem {
  const what = `${member}: the credentials cannot be decrypted with the secret that the backup carries.`;
  const advice = 'Nodes that need a password would be without it after a restore. Enter them anew, and deploy.';
  return { code: 'restore_failed', member, message: `${what} ${advice}` };
}

/** Where `backup.json` says that things are. */
function namesOf(header: Readonly<Record<string, unknown>>): MemberNames {
  const sources: readonly unknown[] = Array.isArray(header['sources']) ? header['sources'] : [];
  const source = sources.find((each) => isObject(each) && each['kind'] === 'node-red');
  if (!isObject(source)) return {};
  const text = (key: string): string | undefined => {
    const value = source[key];
    if (value === undefined || typeof value === 'string') return value;
    throw new BackupError('archive_corrupt', `backup.json: ${key} is not a text.`);
  };
  return {
    flows: text('flow_file'),
    credentials: text('credentials_file'),
    secret: text('credential_secret'),
    runtimeConfig: `${text('label') ?? 'node-red'}/.config.runtime.json`,
  };
}

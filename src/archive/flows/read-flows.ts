/** Reads the flows of a backup of Node-RED and says whether they can be loaded. Runs in a worker thread. */
import { BackupError, toBackupError } from '../../errors.ts';
import { isObject } from '../../io/json-file.ts';
import type { FlowNode, FlowsResult, FlowsTask, TaskContext, TaskProblem } from '../tasks.ts';
import { openArchive } from '../read/open-archive.ts';
import { credentialsState, secretsOf } from './credentials-state.ts';
import { chooseTabs, everyNode, nodesOfTabs, parseFlowFile, tabsOf } from './flow-file.ts';
import { readMembers, type MemberNames } from './read-members.ts';

/**
 * @throws BackupError when the archive cannot be read, or a tab that is asked for is not there; what is wrong with the flows themselves
 * is in the result
 */
export async function readFlows(task: FlowsTask, context: TaskContext): Promise<FlowsResult> {
  const archive = await openArchive({ ...context, ...task });
  try {
    let project: string | null = null;
    const { names, contents } = await readMembers(archive, task.backupId, (header) => {
      project = activeProject(header)?.name ?? null;
      return namesOf(header);
    });
    const contentOf = (name: string | undefined): Uint8Array | null =>
      (name === undefined ? null : contents.get(name)) ?? null;
    const flows = contentOf(names.flows);
    if (names.flows === undefined || flows === null) return NOTHING;
    const [secret, runtimeConfig] = [contentOf(names.secret), contentOf(names.runtimeConfig)];
    const secrets = secretsOf({ secret, runtimeConfig, projectsConfig: contentOf(names.projectsConfig) }, project);
    const state = credentialsState(contentOf(names.credentials), secrets);
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
  const userDir = textIn(source, 'label') ?? 'node-red';
  const inForce = activeProject(header)?.fields ?? source;
  return {
    flows: textIn(inForce, 'flow_file'),
    credentials: textIn(inForce, 'credentials_file'),
    secret: textIn(source, 'credential_secret'),
    runtimeConfig: `${userDir}/.config.runtime.json`,
    projectsConfig: `${userDir}/.config.projects.json`,
  };
}

interface HeaderProject {
  readonly name: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

/** The project whose flows Node-RED ran, and not those of its settings. Older backups do not say it. */
function activeProject({ installation }: Readonly<Record<string, unknown>>): HeaderProject | null {
  const project = isObject(installation) ? installation['project'] : null;
  if (!isObject(project)) return null;
  return { name: textIn(project, 'name') ?? '', fields: project };
}

function textIn(fields: Readonly<Record<string, unknown>>, key: string): string | undefined {
  const value = fields[key] ?? undefined;
  if (value === undefined || typeof value === 'string') return value;
  throw new BackupError('archive_corrupt', `backup.json: ${key} is not a text.`);
}

/** The Node-RED user directory, read the way Node-RED writes it. */
import { existsSync, readdirSync, realpathSync } from 'node:fs';
import { basename, join, relative, sep } from 'node:path';
import { SAFETY_PREFIX } from '../../backup-names.ts';
import { credentialsFileOf } from '../../credentials-file.ts';
import type { CredentialSecret, NodeRedSource } from '../../backup-request.ts';
import { projectFilesOf } from '../../installation/project.ts';
import { isWithin } from '../../io/real-path.ts';
import type { HeaderSource, OutsideFile } from '../backup-header.ts';
import { PROJECT_MEMBER, PROJECTS_MEMBER } from './outside-projects.ts';
import type { FlowPair } from './stable-pair.ts';

/** The label under which files lie that Node-RED uses outside its user directory. */
const OUTSIDE_LABEL = 'node-red-outside';

/** The member that holds the secret of the credentials; see docs/format.md, section 2. */
export const SECRET_MEMBER = 'node-red-outside/credential-secret.json';

/** Editor tokens, half-written files, and what is the engine's own. */
const ALWAYS_EXCLUDED = ['/.sessions.json', '*.$$$', '/.nightkeep/', `${SAFETY_PREFIX}*/`];
const NODE_MODULES = 'node_modules/';

export function nodeRedExcludes(source: NodeRedSource): string[] {
  return [...(source.includeNodeModules ? [] : [NODE_MODULES]), ...source.exclude, ...ALWAYS_EXCLUDED];
}

/** The flow file of the settings and those of the projects, each with its credentials. */
export function flowPairs(source: NodeRedSource): FlowPair[] {
  const flows = source.flowFile ?? join(source.path, 'flows.json');
  const { project, projectsFolder } = source.facts ?? { project: null, projectsFolder: null };
  const folders = new Set([join(source.path, 'projects'), ...(projectsFolder === null ? [] : [projectsFolder])]);
  const pairs = [
    { flows, credentials: credentialsFileOf(flows, source.path) },
    ...[...folders].flatMap(projectPairs),
    ...(project === null ? [] : pairOf(project)),
  ];
  return [...new Map(pairs.map((pair) => [pair.flows, pair])).values()];
}

function projectPairs(projects: string): FlowPair[] {
  if (!existsSync(projects)) return [];
  return readdirSync(projects, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && !entry.name.startsWith('.'))
    .flatMap((entry) => pairOf(projectFilesOf(join(projects, entry.name))));
}

function pairOf({ flowFile, credentialsFile }: ReturnType<typeof projectFilesOf>): FlowPair[] {
  return flowFile === null || credentialsFile === null ? [] : [{ flows: flowFile, credentials: credentialsFile }];
}

/** Files that Node-RED uses outside the user directory and that are there. */
export function outsideFiles(source: NodeRedSource): OutsideFile[] {
  const files: OutsideFile[] = [];
  const add = (role: OutsideFile['role'], path: string | null): void => {
    if (path === null || !existsSync(path) || isInside(path, source.path)) return;
    const name = basename(path);
    const isTaken = [SECRET_MEMBER, PROJECTS_MEMBER, PROJECT_MEMBER, ...files.map((file) => file.member)].some(
      (member) => basename(member) === name,
    );
    const member = `${OUTSIDE_LABEL}/${isTaken ? `${role}-` : ''}${name}`;
    files.push({ role, path, member });
  };
  add('settings', source.settingsFile);
  if (source.flowFile !== null) {
    add('flows', source.flowFile);
    add('credentials', credentialsFileOf(source.flowFile, source.path));
  }
  return files;
}

/** Names of the members that hold the flow file in force and its credentials, as far as these are there. */
export function flowMembers(
  source: NodeRedSource,
  outside: readonly OutsideFile[],
): Pick<HeaderSource, 'flow_file' | 'credentials_file'> {
  const flowFile = source.flowFile ?? join(source.path, 'flows.json');
  const memberOf = (role: OutsideFile['role'], path: string): string | null => {
    const apart = outside.find((file) => file.role === role);
    if (apart !== undefined) return apart.member;
    if (!existsSync(path)) return null;
    return `${source.label}/${relative(realpathSync(source.path), realpathSync(path)).split(sep).join('/')}`;
  };
  const flows = memberOf('flows', flowFile);
  const credentials = memberOf('credentials', credentialsFileOf(flowFile, source.path));
  return {
    ...(flows !== null && { flow_file: flows }),
    ...(credentials !== null && { credentials_file: credentials }),
  };
}

/** Content of the member that holds the secret. */
export function secretText({ from, secret }: CredentialSecret): string {
  return `${JSON.stringify({ from, credential_secret: secret }, null, 2)}\n`;
}

function isInside(path: string, folder: string): boolean {
  return isWithin(realpathSync(path), realpathSync(folder));
}

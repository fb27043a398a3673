/** The Node-RED user directory, read the way Node-RED writes it. */
import { existsSync, readdirSync, realpathSync } from 'node:fs';
import { basename, join, relative, sep } from 'node:path';
import { SAFETY_PREFIX } from '../../backup-names.ts';
import { credentialsFileOf } from '../../credentials-file.ts';
import type { CredentialSecret, NodeRedSource } from '../../backup-request.ts';
import type { HeaderSource, OutsideFile } from '../backup-header.ts';
import type { FlowPair } from './stable-pair.ts';
import { readWhole } from './file-reader.ts';

/** The label under which files lie that Node-RED uses outside its user directory. */
const OUTSIDE_LABEL = 'node-red-outside';

/** The member that holds the secret of the credentials; see docs/format.md, section 2. */
export const SECRET_MEMBER = 'node-red-outside/credential-secret.json';

/** Editor tokens, half-written files, and what is the engine's own. */
const ALWAYS_EXCLUDED = ['/.sessions.json', '*.$$$', '/.nightkeep/', `${SAFETY_PREFIX}*/`];
const NODE_MODULES = 'node_modules/';
const PACKAGE_JSON_LIMIT = 1024 * 1024;

export function nodeRedExcludes(source: NodeRedSource): string[] {
  return [...(source.includeNodeModules ? [] : [NODE_MODULES]), ...source.exclude, ...ALWAYS_EXCLUDED];
}

/** The flow file in force and those of the projects, each with its credentials. */
export function flowPairs(source: NodeRedSource): FlowPair[] {
  const flows = source.flowFile ?? join(source.path, 'flows.json');
  return [
    { flows, credentials: credentialsFileOf(flows, source.path) },
    ...projectPairs(join(source.path, 'projects')),
  ];
}

function projectPairs(projects: string): FlowPair[] {
  if (!existsSync(projects)) return [];
  return readdirSync(projects, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && !entry.name.startsWith('.'))
    .flatMap((entry) => projectPair(join(projects, entry.name)));
}

function projectPair(folder: string): FlowPair[] {
  try {
    const text = readWhole(Buffer.from(join(folder, 'package.json')), PACKAGE_JSON_LIMIT).toString('utf8');
    const parsed = JSON.parse(text) as {
      'node-red'?: { settings?: { flowFile?: unknown; credentialsFile?: unknown } };
    };
    const settings = parsed['node-red']?.settings;
    const { flowFile, credentialsFile } = settings ?? {};
    if (typeof flowFile !== 'string' || typeof credentialsFile !== 'string') return [];
    return [{ flows: join(folder, flowFile), credentials: join(folder, credentialsFile) }];
  } catch {
    // No project, or one without flows: its files are read like any others.
    return [];
  }
}

/** Files that Node-RED uses outside the user directory and that are there. */
export function outsideFiles(source: NodeRedSource): OutsideFile[] {
  const files: OutsideFile[] = [];
  const add = (role: OutsideFile['role'], path: string | null): void => {
    if (path === null || !existsSync(path) || isInside(path, source.path)) return;
    const name = basename(path);
    const isTaken = [SECRET_MEMBER, ...files.map((file) => file.member)].some((member) => basename(member) === name);
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
  const way = relative(realpathSync(folder), realpathSync(path));
  return way !== '..' && !way.startsWith(`..${sep}`);
}

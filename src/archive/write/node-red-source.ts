/** The Node-RED user directory, read the way Node-RED writes it. */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { SAFETY_PREFIX } from '../../backup-names.ts';
import { credentialsFileOf } from '../../credentials-file.ts';
import type { CredentialSecret, NodeRedSource } from '../../backup-request.ts';
import { projectFilesOf } from '../../installation/project.ts';
import { flowFileIn } from '../../installation/used-places.ts';
import type { HeaderSource } from '../backup-header.ts';
import { memberIn, type NodeRedPlaces } from './header-installation.ts';
import type { FlowPair } from './stable-pair.ts';

/** The member that holds the secret of the credentials; see docs/format.md, section 2. */
export const SECRET_MEMBER = 'node-red-outside/credential-secret.json';

/** Editor tokens, half-written files, and what is the engine's own. */
const ALWAYS_EXCLUDED = ['/.sessions.json', '*.$$$', '/.nightkeep/', `${SAFETY_PREFIX}*/`];
export const NODE_MODULES = 'node_modules/';

export function nodeRedExcludes(source: NodeRedSource): string[] {
  return [...(source.includeNodeModules ? [] : [NODE_MODULES]), ...source.exclude, ...ALWAYS_EXCLUDED];
}

/** The flow file of the settings and those of the projects, each with its credentials. */
export function flowPairs(source: NodeRedSource): FlowPair[] {
  const flows = flowFileIn(source);
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
    .filter((entry) => (entry.isDirectory() || entry.isSymbolicLink()) && !entry.name.startsWith('.'))
    .flatMap((entry) => pairOf(projectFilesOf(join(projects, entry.name))));
}

function pairOf({ flowFile, credentialsFile }: ReturnType<typeof projectFilesOf>): FlowPair[] {
  return flowFile === null || credentialsFile === null ? [] : [{ flows: flowFile, credentials: credentialsFile }];
}

/** Names of the members that hold the flow file in force and its credentials, as far as these are there. */
export function flowMembers(places: NodeRedPlaces): Pick<HeaderSource, 'flow_file' | 'credentials_file'> {
  const flowFile = flowFileIn(places.source);
  const flows = memberIn(places, flowFile);
  const credentials = memberIn(places, credentialsFileOf(flowFile, places.source.path));
  return {
    ...(flows !== null && { flow_file: flows }),
    ...(credentials !== null && { credentials_file: credentials }),
  };
}

/** Content of the member that holds the secret. */
export function secretText({ from, secret }: CredentialSecret): string {
  return `${JSON.stringify({ from, credential_secret: secret }, null, 2)}\n`;
}

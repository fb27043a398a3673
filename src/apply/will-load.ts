/** The last word of a restore: what Node-RED will load, and what of it is not as the backup had it. */
import { hostname } from 'node:os';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { BackupError, toBackupError } from '../errors.ts';
import type { ContentVerdict } from '../installation/content/check-content.ts';
import { isContextFile } from '../installation/content/context-files.ts';
import { evaluateSettings } from '../installation/evaluate.ts';
import { findInstallation } from '../installation/find.ts';
import type { Installation } from '../installation/installation.ts';
import { nodeRedHome } from '../installation/node-red-home.ts';
import { projectIn } from '../installation/project.ts';
import type { Secret } from '../node-red-credentials.ts';
import type { NodeRedEnvironment } from './environment.ts';
import { lostGuards, openDoor } from './guards.ts';
import { readInForce, type InForce } from './in-force.ts';
import { projectSecretIn, storedSetting } from './settings-port.ts';

/** What the backup held, to be compared with. */
export interface Expected {
  readonly nodes: number;
  readonly flowsSha256: string | null;
  readonly credentials: number;
  readonly project: string | null;
  /** Names of the settings that kept strangers out. */
  readonly logins: readonly string[];
}

export interface LastWord {
  /** What is not as the backup had it; the most important first. */
  readonly problems: readonly string[];
  readonly notes: readonly string[];
}

export function expectedOf(
  { nodes, sha256, credentialCount, project }: ContentVerdict,
  logins: readonly string[],
): Expected {
  return { nodes: nodes?.length ?? 0, flowsSha256: sha256, credentials: credentialCount, project, logins };
}

/** What is compared with what. */
interface Look {
  readonly userDir: string;
  readonly inForce: InForce;
  /** Null when it is not known what keeps strangers out. */
  readonly guards: readonly string[] | null;
  readonly expected: Expected;
  readonly missing: readonly string[];
}

/** Of a Node-RED that starts. */
export function lastWordAtStart(
  environment: NodeRedEnvironment,
  expected: Expected,
  missing: readonly string[],
): LastWord {
  const { userDir, guards = null } = environment;
  return lastWord({ userDir, inForce: inForceIn(environment), guards, expected, missing });
}

function inForceIn({ userDir, flowFile, secret, activeProject, projectsFolder }: NodeRedEnvironment): InForce {
  const folder = projectsFolder ?? join(userDir, 'projects');
  const project = activeProject === null ? null : projectIn(userDir, folder, activeProject);
  const stored = storedSetting(userDir, '_credentialSecret');
  const own = secret ?? (typeof stored === 'string' ? stored : null);
  return readInForce({
    userDir,
    flowFile,
    project,
    secret: own,
    projectSecret: projectSecretIn(userDir, activeProject),
  });
}

/** A Node-RED that is stopped. */
export interface Stopped {
  readonly userDir: string;
  /** Absolute: the files that are known to be in use; null for those that are not. */
  readonly settingsFile: string | null;
  readonly flowFile: string | null;
}

/** Of a Node-RED that is stopped, by its settings as they are now: these are the ones that it will run. */
export async function lastWordAtOnce(
  { userDir, ...known }: Stopped,
  expected: Expected,
  missing: readonly string[],
): Promise<LastWord> {
  let found: Installation;
  try {
    found = await findInstallation(userDir, {
      ...{ ...known, environment: process.env, cwd: userDir, hostname: hostname() },
    });
  } catch (error) {
    const { message } = toBackupError(error);
    return { problems: [`It is not known what Node-RED will load: ${message}`, backAgain(userDir)], notes: [] };
  }
  const { flowFile, settingsFile, facts, doubts } = found;
  const { project } = facts;
  const inForce = readInForce({
    userDir,
    // Node-RED makes its default settings where there are none.
    flowFile: settingsFile === null && known.flowFile === null ? join(userDir, 'flows.json') : flowFile,
    project,
    secret: secretIn(userDir, found),
    projectSecret: projectSecretIn(userDir, project?.name ?? null),
  });
  const isOpen = lostGuards(expected.logins, facts.guards).length > 0;
  const guards = isOpen && !(await canBeAsked(userDir, settingsFile)) ? null : facts.guards;
  const word = lastWord({ userDir, inForce, guards, expected, missing });
  const guessed = settingsFile === null ? [`No settings.js is in ${userDir}: Node-RED makes its own.`] : doubts;
  return { problems: word.problems, notes: [...word.notes, ...guessed] };
}

/** Whether what settings do not say is not set: they may also have kept silent. */
async function canBeAsked(userDir: string, settingsFile: string | null): Promise<boolean> {
  if (settingsFile === null) return true;
  const { env: environment } = process;
  return (await evaluateSettings(settingsFile, { nodeRedHome: nodeRedHome(userDir, environment), environment })).ok;
}

/** Where Node-RED has made one up, it reads with that one first, even if settings.js has another. */
function secretIn(userDir: string, { credentialSecret }: Installation): Secret | null {
  const made = storedSetting(userDir, '_credentialSecret');
  return typeof made === 'string' && made !== '' ? made : (credentialSecret?.secret ?? null);
}

function lastWord(look: Look): LastWord {
  const { userDir, guards, expected, missing } = look;
  const problems = [
    openDoor(lostGuards(expected.logins, guards), guards),
    flowsChanged(look),
    credentialsLost(look),
    missing.length === 0 ? null : `Not installed: ${missing.join(', ')}. Run npm install in ${userDir}.`,
  ].filter((problem) => problem !== null);
  return { problems: problems.length === 0 ? [] : [...problems, backAgain(userDir)], notes: [summary(look)] };
}

function backAgain(userDir: string): string {
  return `The restore can be taken back: stop Node-RED, and node-red-backup restore --into ${userDir} --undo.`;
}

function flowsChanged({ inForce, expected }: Look): string | null {
  const { flowFile, sha256, nodes, why, project } = inForce;
  if (expected.flowsSha256 === null || sha256 === expected.flowsSha256) return null;
  const had = `The backup has flows with ${count(expected.nodes, 'node')}`;
  if (expected.project !== project && expected.project !== null) {
    return `${had} in its project ${expected.project}, and that is not the active project here.`;
  }
  const what = why ?? `that has ${count(nodes ?? 0, 'node')}, and is another one`;
  return `${had}, and Node-RED will load ${flowFile ?? 'none'}: ${what}.`;
}

function credentialsLost({ inForce: { credentials }, expected }: Look): string | null {
  if (credentials.count >= expected.credentials && !isSealed(credentials.state)) return null;
  const had = count(expected.credentials, 'node');
  return `The backup has credentials of ${had}, and Node-RED will read those of ${credentials.count}: its secret is another one, or not known.`;
}

const isSealed = (state: InForce['credentials']['state']): boolean =>
  state === 'unreadable' || state === 'unknown_secret';

function summary({ userDir, inForce, guards, missing }: Look): string {
  const { flowFile, nodes, credentials, project } = inForce;
  const { count: known, state } = credentials;
  const sealed = isSealed(state) ? 'credentials do not decrypt' : `${known} of ${known} credentials decrypt`;
  const parts = [
    nodes === null ? 'no flows' : `${flowFile ?? 'no flow file'} with ${count(nodes, 'node')}`,
    sealed,
    `logins: ${guards === null ? 'not known' : list(guards)}`,
    `project: ${project ?? 'none'}`,
    `context: ${count(contextFiles(userDir), 'file')}`,
    `modules missing: ${list(missing)}`,
  ];
  return `Node-RED will load ${parts.join('; ')}.`;
}

const list = (names: readonly string[]): string => (names.length === 0 ? 'none' : names.join(', '));
const count = (number: number, what: string): string => `${number} ${what}${number === 1 ? '' : 's'}`;

function contextFiles(userDir: string): number {
  try {
    const names = readdirSync(join(userDir, 'context'), { recursive: true, encoding: 'utf8' });
    return names.filter((name) => isContextFile(`node-red/context/${name}`)).length;
  } catch {
    return 0;
  }
}

/** @throws BackupError `restore_failed` when what is in force now could not be read */
export function checkInForce(environment: NodeRedEnvironment): void {
  const { isThere, nodes, why, flowFile, project, credentials } = inForceIn(environment);
  if (!isThere) return;
  const whose = project === null ? 'The restored flows' : `The flows of the project ${project}`;
  if (nodes === null) {
    throw new BackupError('restore_failed', `${whose} cannot be loaded: ${String(flowFile)}: ${String(why)}.`);
  }
  if (!isSealed(credentials.state)) return;
  const reason = credentials.state === 'unreadable' ? 'their secret does not fit' : 'their secret is not known';
  throw new BackupError('restore_failed', `${whose} have credentials that cannot be read: ${reason}.`);
}

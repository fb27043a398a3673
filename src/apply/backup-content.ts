/** What an extracted backup of a Node-RED holds, by the role that it has there. */
import { existsSync, lstatSync, readdirSync, readFileSync, realpathSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { BackupError } from '../errors.ts';
import { isObject } from '../io/json-file.ts';
import { readObject } from '../io/read-object.ts';
import { credentialsFileOf } from '../credentials-file.ts';
import { openWithOneOf, type Secret } from '../node-red-credentials.ts';
import { isWithin } from '../io/real-path.ts';
import type { BackupRoles, OutsideEntry } from './journal.ts';

const LABEL = 'node-red';

/** Flows and their credentials; `credentials` is null when there are none. */
export interface FlowFiles {
  readonly flows: string;
  readonly credentials: string | null;
}

/** What lay outside the user directory, with where it was extracted. */
export type StagedEntry = OutsideEntry & { readonly staged: string };

export interface BackupContent {
  /** Of the extracted user directory. */
  readonly root: string;
  /** The settings' flow file; null when the backup holds none. */
  readonly flows: FlowFiles | null;
  readonly settingsFile: string | null;
  /** What its credentials may be encrypted with, the most likely first. */
  readonly secrets: readonly Secret[];
  /** With its files in `root`; null when none was active. */
  readonly activeProject: { readonly name: string; readonly files: FlowFiles | null } | null;
  /** Files and folders that lay outside the user directory and are in the backup. */
  readonly outside: readonly StagedEntry[];
}

/** @param staged - where the archive was extracted */
export function readContent(staged: string, roles: BackupRoles): BackupContent {
  const root = join(staged, LABEL);
  const outside = roles.outside
    .map((entry) => ({ ...entry, staged: join(staged, entry.member) }))
    .filter((entry) => lstatSync(entry.staged, { throwIfNoEntry: false }) !== undefined);
  const byRole = (role: string): StagedEntry | null => outside.find((entry) => entry.role === role) ?? null;
  const present = (path: string): string | null => presentIn(staged, path);
  const apart = byRole('flows');
  const flows = apart?.staged ?? (roles.flowFile === null ? guessFlows(root) : present(join(staged, roles.flowFile)));
  const name = apart === null ? null : join(dirname(apart.staged), basename(apart.link ?? apart.path));
  const credentials =
    flows === null ? null : (byRole('credentials')?.staged ?? present(credentialsFileOf(name ?? flows, root)));
  return {
    root,
    flows: flows === null ? null : { flows, credentials },
    settingsFile: byRole('settings')?.staged ?? present(join(root, 'settings.js')),
    secrets: secretsOf(staged, root, roles),
    activeProject: activeProjectOf(root, outside),
    outside,
  };
}

/** A link that leads to this machine is no content of the backup. */
function presentIn(staged: string, path: string): string | null {
  return existsSync(path) && isWithin(realpathSync(path), realpathSync(staged)) ? path : null;
}

/** An archive of the command line does not say which it is: the one that has credentials, or the only one. */
function guessFlows(root: string): string | null {
  const usual = presentIn(root, join(root, 'flows.json'));
  if (usual !== null) return usual;
  const named = readdirSync(root).filter((name) => /^flows_.*\.json$/.test(name) && !name.endsWith('_cred.json'));
  const withCredentials = named.filter((name) => existsSync(credentialsFileOf(join(root, name), root)));
  const [first, second] = withCredentials.length > 0 ? withCredentials : named;
  return first === undefined || second !== undefined ? null : join(root, first);
}

function secretsOf(staged: string, root: string, { credentialSecret }: BackupRoles): readonly Secret[] {
  const stored =
    credentialSecret === null ? undefined : readObject(join(staged, credentialSecret))['credential_secret'];
  const generated = readObject(join(root, '.config.runtime.json'))['_credentialSecret'];
  return [stored, generated].filter((secret) => typeof secret === 'string' || secret === false);
}

function activeProjectOf(root: string, outside: readonly StagedEntry[]): BackupContent['activeProject'] {
  const { activeProject: name } = readObject(join(root, '.config.projects.json'));
  if (typeof name !== 'string' || name === '' || /[/\\]|^\.\.?$/.test(name)) return null;
  const linked = outside.find(({ link }) => link === `projects/${name}`)?.staged;
  const all = outside.find(({ link }) => link === 'projects')?.staged ?? join(root, 'projects');
  const folder = linked ?? join(all, name);
  return existsSync(folder) ? { name, files: projectFiles(folder) } : null;
}

/** @returns null for a project that has no flows yet */
export function projectFiles(folder: string): FlowFiles | null {
  const section = readObject(join(folder, 'package.json'))['node-red'];
  const settings = isObject(section) && isObject(section['settings']) ? section['settings'] : {};
  const { flowFile, credentialsFile } = settings;
  if (typeof flowFile !== 'string') return null;
  const present = (path: string): string | null => (existsSync(path) ? path : null);
  const flows = present(join(folder, flowFile));
  const credentials = typeof credentialsFile === 'string' ? present(join(folder, credentialsFile)) : null;
  return flows === null ? null : { flows, credentials };
}

/** The project's own secret, from `.config.projects.json`; false when it encrypts nothing. */
export function projectSecret(section: unknown, name: string): Secret {
  const projects = isObject(section) && isObject(section['projects']) ? section['projects'] : {};
  const project = projects[name];
  const secret = isObject(project) ? project['credentialSecret'] : undefined;
  return typeof secret === 'string' && secret !== '' ? secret : false;
}

/**
 * Makes sure that flows can be parsed and credentials be read.
 *
 * @param whose - begins the message
 * @throws BackupError `restore_failed`
 */
export function checkFlows({ flows, credentials }: FlowFiles, secrets: readonly Secret[], whose: string): void {
  if (!isFlows(flows)) {
    throw new BackupError('restore_failed', `${whose} cannot be parsed: they are no list of nodes in JSON.`);
  }
  if (credentials === null) return;
  const text = readFileSync(credentials, 'utf8');
  // Node-RED takes an empty file for none.
  if (text.trim() === '' || openWithOneOf(text, [...secrets, false]) !== null) return;
  const why = secrets.length === 0 ? 'their secret is not known' : 'their secret does not fit';
  throw new BackupError('restore_failed', `${whose} have credentials that cannot be read: ${why}.`);
}

function isFlows(path: string): boolean {
  try {
    const value: unknown = JSON.parse(readFileSync(path, 'utf8').replace(/^\uFEFF/, ''));
    return Array.isArray(value);
  } catch {
    return false;
  }
}

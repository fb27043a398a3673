/** What an extracted backup of a Node-RED holds, by the role that it has there. */
import { copyFileSync, existsSync, lstatSync, realpathSync } from 'node:fs';
import { basename, join } from 'node:path';
import { BackupError } from '../errors.ts';
import { checkContent, type ContentVerdict } from '../installation/content/check-content.ts';
import { readingOfFolder } from '../installation/content/read-folder.ts';
import { USER_DIR } from '../installation/content/recorded-content.ts';
import { readObject } from '../io/read-object.ts';
import { isWithin } from '../io/real-path.ts';
import type { Secret } from '../node-red-credentials.ts';
import type { BackupRoles, OutsideEntry } from './journal.ts';

/** Flows and their credentials; `credentials` is null when there are none. */
interface FlowFiles {
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
  /** Null when none was active, or it is not in the backup. */
  readonly activeProject: { readonly name: string } | null;
  /** Files and folders that lay outside the user directory and are in the backup. */
  readonly outside: readonly StagedEntry[];
  /** What Node-RED would make of it. */
  readonly verdict: ContentVerdict;
}

/** @param staged - where the archive was extracted */
export function readContent(staged: string, roles: BackupRoles): BackupContent {
  const verdict = readingOfFolder(staged, checkContent(roles, true));
  const root = join(staged, USER_DIR);
  const outside = roles.outside
    .filter((entry) => !roles.outside.some((other) => holds(other, entry)))
    .map((entry) => ({ ...entry, staged: join(staged, entry.member) }))
    .filter((entry) => lstatSync(entry.staged, { throwIfNoEntry: false }) !== undefined);
  const present = (member: string | null | undefined): string | null =>
    typeof member === 'string' ? presentIn(staged, join(staged, member)) : null;
  const flows = present(verdict.settings?.flowFile);
  const credentials = present(verdict.settings?.credentialsFile);
  const settings = outside.find(({ role }) => role === 'settings');
  return {
    root,
    flows: flows === null ? null : { flows, credentials },
    settingsFile: settings?.staged ?? present(`${USER_DIR}/settings.js`),
    secrets: verdict.secrets,
    activeProject: activeProjectOf(root, outside),
    outside,
    verdict,
  };
}

/** Puts the copies in place that Node-RED would start with, as it does itself: what is empty is no help in another place. */
export function settleCopies(staged: string, { verdict }: BackupContent): void {
  for (const { file, from } of verdict.copies) copyFileSync(join(staged, from), join(staged, file));
}

/** @throws BackupError for the first problem of a backup that Node-RED could not use */
export function checkVerdict({ problems }: ContentVerdict): void {
  const [problem] = problems;
  if (problem !== undefined) throw new BackupError(problem.code, problem.message);
}

/** Whether the one comes along with the other. */
function holds(folder: OutsideEntry, entry: OutsideEntry): boolean {
  const isAlike = folder.link === undefined && entry.link === undefined && folder.role === entry.role;
  return isAlike && folder.member !== entry.member && isWithin(entry.member, folder.member);
}

/** A link that leads to this machine is no content of the backup. */
function presentIn(staged: string, path: string): string | null {
  return existsSync(path) && isWithin(realpathSync(path), realpathSync(staged)) ? path : null;
}

function activeProjectOf(root: string, outside: readonly StagedEntry[]): BackupContent['activeProject'] {
  const { activeProject: name } = readObject(join(root, '.config.projects.json'));
  if (typeof name !== 'string' || name === '' || /[/\\]|^\.\.?$/.test(name)) return null;
  const linked = outside.find(({ link }) => link === `projects/${name}`)?.staged;
  const all = outside.find(({ link }) => link === 'projects')?.staged ?? join(root, 'projects');
  const elsewhere = outside
    .filter(({ role }) => role === 'projects')
    .flatMap(({ staged, path }) => [join(staged, name), ...(basename(path) === name ? [staged] : [])]);
  return [linked ?? join(all, name), ...elsewhere].some((folder) => existsSync(folder)) ? { name } : null;
}

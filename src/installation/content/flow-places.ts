/** Where a backup has the flows of its settings and of its active project, by what it recorded, or else by its files. */
import { posix } from 'node:path';
import { isObject } from '../../io/json-file.ts';
import { projectFileNames } from '../project.ts';
import { keptCopyOf, loadedFile } from './kept-copy.ts';
import { nodeRedJson } from './node-red-json.ts';
import type { ReadFiles, Reading } from './reading.ts';
import { USER_DIR, type RecordedContent, type RecordedProject } from './recorded-content.ts';

/** Names of members. */
export interface FlowPlace {
  readonly flowFile: string;
  /** Null when there is none. */
  readonly credentialsFile: string | null;
}

/** A file of Node-RED's own settings. */
export const configFile = (section: string): string => `${USER_DIR}/.config.${section}.json`;

/** There while a project is in the middle of a merge. */
export const mergeMark = (project: string): string => `${USER_DIR}/projects/${project}/.git/MERGE_HEAD`;

/** With the copies that are kept of them. */
export function withCopies(names: readonly (string | null)[]): readonly string[] {
  return names.filter((name) => name !== null).flatMap((name) => [name, keptCopyOf(name)]);
}

export function objectIn(files: ReadFiles, name: string): Readonly<Record<string, unknown>> {
  const bytes = loadedFile(name, files.get)?.bytes;
  const value = bytes === undefined ? null : nodeRedJson(bytes)?.value;
  return isObject(value) ? value : {};
}

/** The flows of the settings. Null when there are none, or it is not known which. */
export function* settingsPlace(
  { flowFile, credentialsFile, isFlowFileKnown }: RecordedContent,
  files: ReadFiles,
  flowNames: readonly string[],
): Reading<FlowPlace | null> {
  const flows = flowFile ?? (isFlowFileKnown === true ? null : guessed(flowNames));
  if (flows === null) return null;
  const candidates = typeof credentialsFile === 'string' ? [credentialsFile] : credentialsOf(flows);
  yield* files.read(withCopies([flows, ...candidates]));
  const found = candidates.find((name) => files.get(name) !== null);
  return { flowFile: flows, credentialsFile: found ?? credentialsFile ?? null };
}

/** The usual one, else the one that has credentials, or the only one. */
function guessed(names: readonly string[]): string | null {
  const usual = `${USER_DIR}/flows.json`;
  if (names.includes(usual)) return usual;
  const all = names.filter((name) => !name.endsWith('_cred.json'));
  const withCredentials = all.filter((name) => credentialsOf(name).some((each) => names.includes(each)));
  const [first, second] = withCredentials.length > 0 ? withCredentials : all;
  return second === undefined ? (first ?? null) : null;
}

/** In the user directory, else beside the flows (as Node-RED looks for them). */
function credentialsOf(flows: string): readonly string[] {
  const extension = posix.extname(flows);
  const name = `${posix.basename(flows, extension)}_cred${extension}`;
  return [...new Set([USER_DIR, posix.dirname(flows)])].map((folder) => `${folder}/${name}`);
}

/** The project that is or was active; null when none is. */
export function* projectPlace({ project }: RecordedContent, files: ReadFiles): Reading<RecordedProject | null> {
  const found = project === undefined ? yield* guessedProject(files) : project;
  if (found !== null) {
    yield* files.read([...withCopies([found.flowFile, found.credentialsFile]), mergeMark(found.name)]);
  }
  return found;
}

/** By Node-RED's own settings. */
function* guessedProject(files: ReadFiles): Reading<RecordedProject | null> {
  const { activeProject: name, projects } = objectIn(files, configFile('projects'));
  if (typeof name !== 'string' || name === '' || /[/\\]|^\.\.?$/.test(name)) return null;
  const entry = isObject(projects) ? projects[name] : null;
  const root = isObject(entry) && typeof entry['rootPath'] === 'string' ? entry['rootPath'] : '';
  const folder = posix.join(USER_DIR, 'projects', name, root);
  const description = posix.join(folder, 'package.json');
  yield* files.read([description]);
  const known = projectFileNames(nodeRedJson(files.get(description) ?? new Uint8Array())?.value);
  const inside = (file: string): string => posix.join(folder, file);
  if (known === null) return { name, flowFile: null, credentialsFile: null };
  return { name, flowFile: inside(known.flowFile), credentialsFile: inside(known.credentialsFile) };
}

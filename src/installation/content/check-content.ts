/**
 * What a Node-RED would make of a backup: which flows it loads, and whether it can read their credentials. Verify and restore decide by
 * this and nothing else. Nothing of the backup is run.
 */
import { createHash } from 'node:crypto';
import { isObject } from '../../io/json-file.ts';
import type { Secret } from '../../node-red-credentials.ts';
import {
  configFile,
  mergeMark,
  objectIn,
  projectPlace,
  settingsPlace,
  withCopies,
  type FlowPlace,
} from './flow-places.ts';
import { readCredentials, type CredentialsState, type ReadCredentials } from './credentials-state.ts';
import {
  contextWarning,
  credentialsProblem,
  flowsProblem,
  mergeWarning,
  noFlows,
  NOTHING_DEPLOYED,
  type ContentProblem,
} from './content-problems.ts';
import { flowList, type FlowNode } from './flow-list.ts';
import { loadedFile } from './kept-copy.ts';
import { ReadFiles, type Reading } from './reading.ts';
import { recordedContent, type HeaderFields, type RecordedContent, type RecordedProject } from './recorded-content.ts';

export interface ContentVerdict {
  /** Name of the member that has the flows in force; null when there is none. */
  readonly file: string | null;
  /** Of its content; null when there is none. */
  readonly sha256: string | null;
  /** Null when Node-RED could not load them. */
  readonly nodes: readonly FlowNode[] | null;
  readonly credentials: CredentialsState;
  /** Of how many nodes credentials are stored, as far as they can be read. */
  readonly credentialCount: number;
  /** The project whose flows these are; null when they are those of the settings. */
  readonly project: string | null;
  /** Why Node-RED would not run what the backup is to bring back; empty when it would. */
  readonly problems: readonly ContentProblem[];
  /** For people: what else is to be known. */
  readonly warnings: readonly string[];
  /** The flows of the settings, which are not in force where a project is. */
  readonly settings: FlowPlace | null;
  /** What the credentials of the settings' flows may be encrypted with; first what opens them. */
  readonly secrets: readonly Secret[];
  /** Files that are empty, each with the copy that Node-RED starts with instead. */
  readonly copies: readonly { readonly file: string; readonly from: string }[];
}

/** Of a backup of something else. */
const NOTHING: ContentVerdict = {
  ...{ file: null, sha256: null, nodes: null, credentials: 'none', credentialCount: 0, project: null },
  ...{ problems: [], warnings: [], settings: null, secrets: [], copies: [] },
};

/**
 * @param contexts - whether files of the context are looked at as well
 * @throws BackupError `archive_corrupt` when what the backup says of itself is no such thing
 */
export function* checkHeader(header: HeaderFields, contexts: boolean): Reading<ContentVerdict> {
  const recorded = recordedContent(header);
  return recorded === null ? NOTHING : yield* checkContent(recorded, contexts);
}

export function* checkContent(recorded: RecordedContent, contexts: boolean): Reading<ContentVerdict> {
  const files = new ReadFiles();
  const { flowFile, credentialsFile = null, credentialSecret, project: said } = recorded;
  const known = [flowFile, credentialsFile, said?.flowFile ?? null, said?.credentialsFile ?? null];
  const configs = [configFile('runtime'), configFile('projects')];
  const secret = credentialSecret === null ? [] : [credentialSecret];
  const survey = contexts ? 'names and contexts' : 'names';
  const { flowNames, badContexts } = yield* files.read([...withCopies([...known, ...configs]), ...secret], survey);
  const settings = yield* settingsPlace(recorded, files, flowNames);
  const project = yield* projectPlace(recorded, files);
  const secrets = secretsOf(recorded, files);
  const merge = project !== null && files.get(mergeMark(project.name)) !== null ? [mergeWarning(project.name)] : [];
  const shared = {
    settings,
    secrets: fittingFirst(settings, files, secrets),
    copies: copiesOf([settings, project], files),
    project: project?.name ?? null,
    warnings: [...merge, ...badContexts.map(contextWarning)],
  };
  const place = project === null ? settings : placeOf(project);
  if (place !== null) {
    const inForce = project === null ? secrets : [projectSecret(files, project.name)];
    return { ...shared, ...examine(place, inForce, files) };
  }
  const problem = noFlows(project, recorded, flowNames);
  if (problem !== null) return { ...NOTHING, ...shared, problems: [problem] };
  return { ...NOTHING, ...shared, warnings: [NOTHING_DEPLOYED, ...shared.warnings] };
}

function placeOf({ flowFile, credentialsFile }: RecordedProject): FlowPlace | null {
  return flowFile === null ? null : { flowFile, credentialsFile };
}

type Examined = Pick<ContentVerdict, 'file' | 'sha256' | 'nodes' | 'credentials' | 'credentialCount' | 'problems'>;

function examine({ flowFile, credentialsFile }: FlowPlace, secrets: readonly Secret[], files: ReadFiles): Examined {
  const none = { file: null, sha256: null, nodes: null, credentials: 'none', credentialCount: 0 } as const;
  const flows = loadedFile(flowFile, files.get);
  // A backup that names them is one of a Node-RED that had flows.
  if (flows === null || flows.bytes.length === 0) {
    return { ...none, problems: [flowsProblem(flowFile, flows === null ? 'missing' : 'empty')] };
  }
  const list = flowList(flows.bytes);
  if (!list.ok) return { ...none, problems: [flowsProblem(flows.from, list.why)] };
  const { state, count } = credentialsIn(credentialsFile, files, secrets);
  const isMissing = credentialsFile !== null && files.get(credentialsFile) === null;
  const problem = credentialsProblem(credentialsFile, isMissing ? 'missing' : state);
  return {
    file: flowFile,
    sha256: createHash('sha256').update(flows.bytes).digest('hex'),
    nodes: list.nodes,
    credentials: state,
    credentialCount: count,
    problems: problem === null ? [] : [problem],
  };
}

function credentialsIn(file: string | null, files: ReadFiles, secrets: readonly Secret[]): ReadCredentials {
  const bytes = file === null ? null : (loadedFile(file, files.get)?.bytes ?? null);
  return readCredentials(bytes, secrets);
}

function fittingFirst(place: FlowPlace | null, files: ReadFiles, secrets: readonly Secret[]): readonly Secret[] {
  const fits = place === null ? null : credentialsIn(place.credentialsFile, files, secrets).secret;
  return fits === null ? secrets : [fits, ...secrets.filter((each) => each !== fits)];
}

/** What the backup carries on purpose, and what Node-RED has made up. */
function secretsOf({ credentialSecret }: RecordedContent, files: ReadFiles): readonly Secret[] {
  const carried = credentialSecret === null ? undefined : objectIn(files, credentialSecret)['credential_secret'];
  const generated = objectIn(files, configFile('runtime'))['_credentialSecret'];
  const isSecret = (value: unknown): value is Secret => (typeof value === 'string' && value !== '') || value === false;
  return [carried, generated].filter(isSecret);
}

/** A project that has none encrypts nothing. */
function projectSecret(files: ReadFiles, name: string): Secret {
  const { projects } = objectIn(files, configFile('projects'));
  const project = isObject(projects) ? projects[name] : null;
  const secret = isObject(project) ? project['credentialSecret'] : null;
  return typeof secret === 'string' && secret !== '' ? secret : false;
}

function copiesOf(places: readonly (FlowPlace | RecordedProject | null)[], files: ReadFiles): ContentVerdict['copies'] {
  const known = places.flatMap((place) => [place?.flowFile, place?.credentialsFile]);
  const all = [...known, configFile('runtime'), configFile('projects')].filter((name) => typeof name === 'string');
  return all.flatMap((file) => {
    const loaded = loadedFile(file, files.get);
    return loaded === null || loaded.from === file ? [] : [{ file, from: loaded.from }];
  });
}

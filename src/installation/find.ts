/** Finds what a Node-RED uses without asking the running one: what is given, its note, its settings file, and last of all a guess. */
import { existsSync } from 'node:fs';
import { basename, dirname, isAbsolute, join } from 'node:path';
import { credentialsFileOf } from '../credentials-file.ts';
import { BackupError } from '../errors.ts';
import { contextStoresOf, storeDoubts, type StorePlace } from './context-stores.ts';
import { evaluateSettings } from './evaluate.ts';
import { flowFileBy, guessFlowFile, type FlowFileGuess, type FlowFilePlace } from './flow-file.ts';
import type { Installation } from './installation.ts';
import { nodeRedHome } from './node-red-home.ts';
import type { NodeRedFacts } from './node-red-facts.ts';
import { holds, readNote, type InstallationNote } from './note.ts';
import { activeProjectOf, projectsFolderOf } from './project.ts';
import { findSecret } from './secret.ts';
import { requiredFiles } from './required-files.ts';
import type { SettingsFacts } from './settings-facts.ts';

export interface FindOptions {
  /** Absolute paths that are known to be right; null for those that are not. */
  readonly settingsFile: string | null;
  readonly flowFile: string | null;
  readonly environment: NodeJS.ProcessEnv;
  readonly cwd: string;
  readonly hostname: string;
}

/** What is known by asking around, before it is put together. */
interface Known {
  readonly userDir: string;
  readonly options: FindOptions;
  readonly settingsFile: string | null;
  /** Null unless it still holds. */
  readonly note: InstallationNote | null;
  /** Null when the settings file was not asked, or did not answer. */
  readonly facts: SettingsFacts | null;
  /** What of the settings file lies elsewhere. */
  readonly required: readonly string[];
  /** Where the flow file was at the last start, when nothing else is known. */
  readonly lastFlowFile: string | null;
  /** Why nothing is known, in a few words; null when something is. */
  readonly why: string | null;
}

/**
 * What the Node-RED of a user directory uses.
 *
 * @throws BackupError `source_not_found` when a file that is given is not there, `no_flows` when there are several flow files and
 * none is in force
 */
export async function findInstallation(userDir: string, options: FindOptions): Promise<Installation> {
  for (const file of [options.settingsFile, options.flowFile]) {
    if (file === null || existsSync(file)) continue;
    throw new BackupError('source_not_found', `${file}, which Node-RED is said to use, is not there.`);
  }
  const known = await ask(userDir, options);
  const { note, facts, settingsFile } = known;
  const noted = note !== null && facts === null ? note : null;
  const projectsFolder = projectsFolderIn(known);
  const project =
    projectsFolder === null ? null : activeProjectOf(userDir, projectsFolder, facts?.flowFile ?? nameIn(noted));
  const flow = flowFileIn(known, project !== null);
  const secret = findSecret(userDir, facts?.credentialSecret ?? null, credentialsFileOf(flow.flowFile, userDir));
  const { guards, port, ownStorage } = facts ?? note ?? { guards: [], port: null, ownStorage: false };
  const read = readBesides(known);
  const sealed = project === null && !secret.fits;
  return {
    flowFile: flow.flowFile,
    ...(flow.looksFor !== undefined && { looksFor: flow.looksFor }),
    settingsFile,
    credentialSecret: secret.secret,
    facts: { project, projectsFolder, guards, port, ownStorage, runs: false, ...read.facts },
    doubts: [flow.doubt, sealed ? unopened(flow.flowFile, known) : null, ...read.doubts].filter(
      (doubt) => doubt !== null,
    ),
  };
}

interface ReadBesides {
  readonly facts: Pick<NodeRedFacts, 'contextStores' | 'libraries' | 'required'>;
  readonly doubts: readonly string[];
}

/** What Node-RED reads besides flows and settings. The note knows it best: a running Node-RED knows where it was started. */
function readBesides({ userDir, options, note, facts, required }: Known): ReadBesides {
  if (note !== null) {
    const { contextStores = [], libraries = [], required: noted = [] } = note;
    return { facts: { contextStores, libraries, required: noted }, doubts: [] };
  }
  if (facts === null) return { facts: {}, doubts: [] };
  const place: StorePlace = { userDir, startedIn: [userDir, dirname(userDir), options.cwd] };
  const contextStores = contextStoresOf(facts.contextStores, place);
  const libraries = facts.libraries.filter((path) => isAbsolute(path));
  return { facts: { contextStores, libraries, required }, doubts: storeDoubts(facts.contextStores, place) };
}

async function ask(userDir: string, options: FindOptions): Promise<Known> {
  const last = await readNote(userDir);
  const usual = join(userDir, 'settings.js');
  const noted = last?.settingsFile ?? null;
  const candidates = [options.settingsFile, noted, usual];
  const settingsFile = candidates.find((file) => file !== null && existsSync(file)) ?? null;
  const note = last !== null && holds(last, settingsFile) ? last : null;
  const nothing = { facts: null, required: [], why: null };
  const base = { userDir, options, settingsFile, note, lastFlowFile: last?.flowFile ?? null, ...nothing };
  if (settingsFile === null) return { ...base, why: `${usual} is not there` };
  // The secret alone is never noted.
  if (note !== null && note.secretFrom !== 'settings') return base;
  const { environment } = options;
  const home = last?.nodeRedHome ?? null;
  const main = home !== null && existsSync(home) ? home : nodeRedHome(userDir, environment);
  const evaluation = await evaluateSettings(settingsFile, { nodeRedHome: main, environment });
  if (evaluation.ok) {
    const { facts, required } = evaluation.answer;
    return { ...base, facts, required: requiredFiles(required, { userDir, settingsFile, nodeRedHome: main }) };
  }
  return { ...base, why: note === null ? `${settingsFile} cannot be asked: ${evaluation.why}` : null };
}

/** @param hasProject - whether a project is active, so that nothing depends on the flow file of the settings */
function flowFileIn(known: Known, hasProject: boolean): FlowFileGuess {
  const { userDir, options, note, facts, lastFlowFile, why } = known;
  const place: FlowFilePlace = { userDir, cwd: options.cwd, hostname: options.hostname };
  if (options.flowFile !== null) return { flowFile: options.flowFile, doubt: null };
  if (note !== null) return { flowFile: note.flowFile, doubt: null };
  try {
    if (facts !== null) return { ...flowFileBy(facts.flowFile, place), ...(hasProject && { doubt: null }) };
    return guessFlowFile(lastFlowFile, why ?? 'nothing says it', place);
  } catch (error) {
    if (!hasProject) throw error;
    return { flowFile: join(userDir, 'flows.json'), doubt: null };
  }
}

/** Null where there are no projects. */
function projectsFolderIn({ userDir, options, note, facts }: Known): string | null {
  if (note !== null) return note.projectsFolder;
  const forced = options.environment['NODE_RED_ENABLE_PROJECTS'] ?? '';
  const set = forced === '' ? (facts?.projectsEnabled ?? null) : !/^false$/i.test(forced);
  const folder = projectsFolderOf(facts?.projectsPath ?? null, userDir);
  // Nobody has an active project that has not switched projects on.
  return (set ?? facts === null) ? folder : null;
}

function nameIn(note: InstallationNote | null): string | null {
  return note === null ? null : basename(note.flowFile);
}

function unopened(flowFile: string, { userDir, settingsFile }: Known): string {
  const file = credentialsFileOf(flowFile, userDir);
  const what = `${file} cannot be decrypted with a secret that is known here, so the backup does not carry it.`;
  const from = settingsFile ?? 'the settings';
  return `${what} If ${from} takes it from the environment, set the same here.`;
}

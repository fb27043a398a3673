/** What a restore changes at the start of Node-RED, which has read settings.js, its secret and `.config.*` already. */
import { isDeepStrictEqual } from 'node:util';
import { readFileSync } from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import { credentialsFileOf } from '../credentials-file.ts';
import { keptCopyOf } from '../installation/content/kept-copy.ts';
import { isObject } from '../io/json-file.ts';
import { readObject } from '../io/read-object.ts';
import type { BackupContent } from './backup-content.ts';
import { isConfig, isOurs, isWhole, type ComposeInput, type Composition } from './compose.ts';
import type { NodeRedEnvironment } from './environment.ts';
import { isLinked, linkedChanges } from './linked.ts';
import { makeCredentials, makePackage, makeText } from './made-files.ts';
import { changesInUse } from './places-in-use.ts';
import { changeOfFile, changesOfTree, type Change } from './plan-tree.ts';
import { settingsDifferences } from './settings-differences.ts';
import { storedSetting } from './settings-port.ts';
import type { SettingKey, SettingStep } from './step.ts';

/** Whether it takes two starts: the first only for what Node-RED reads before it asks us. */
export function takesTwoStarts({ content, environment, useSettings }: ComposeInput): boolean {
  if (useSettings && content.settingsFile !== null) return true;
  return environment.projects && (content.activeProject?.name ?? null) !== environment.activeProject;
}

/** Settings.js and the active project: the first of two starts. */
export function composeFirstHalf({ content, environment, useSettings }: ComposeInput): Composition {
  const { settingsFile, userDir } = environment;
  const target = settingsFile ?? join(userDir, 'settings.js');
  const changes = useSettings && content.settingsFile !== null ? changeOfFile(content.settingsFile, target) : [];
  return {
    changes,
    settings: settingSteps(content, environment, ['projects']),
    problems: [],
    notes: [],
    commands: [],
    flows: null,
  };
}

/** All the rest, or all there is when one start is enough. */
export function composeRest(input: ComposeInput): Composition {
  const { content, environment, useSettings } = input;
  const flows = flowChanges(input);
  const settings = useSettings ? { changes: [], notes: [] } : settingsChanges(input);
  const handled = namesOf(content, environment);
  const skips = (name: string): boolean =>
    isOurs(name) || isConfig(name) || name === 'node_modules' || handled.has(name);
  const linked = content.outside.filter(isLinked);
  const rules = { skips, isWhole, apart: new Set(linked.map(({ link }) => link)) };
  const files = changesOfTree(content.root, environment.userDir, rules);
  // These come to what is in force, by their roles.
  const entries = linked.filter(({ role }) => !IN_FORCE.has(role));
  const through = linkedChanges({ entries, userDir: environment.userDir, rules });
  const apart = content.outside.filter(({ role, link }) => link === undefined && !IN_FORCE.has(role));
  const elsewhere = changesInUse(apart, environment);
  return {
    changes: [
      ...[...files, ...through.changes, ...elsewhere.changes],
      ...[...packageChanges(input), ...flows.changes, ...settings.changes],
    ],
    settings: [...settingSteps(content, environment, ['users', 'projects', 'modules']), ...flows.settings],
    problems: elsewhere.problems,
    notes: settings.notes,
    commands: through.commands,
    flows: null,
  };
}

const IN_FORCE: ReadonlySet<string> = new Set(['settings', 'flows', 'credentials']);

/** What does not come as it is, or not to where it was. */
function namesOf(content: BackupContent, { userDir, flowFile }: NodeRedEnvironment): ReadonlySet<string> {
  const pairs = [content.flows?.flows, content.flows?.credentials].filter((file) => typeof file === 'string');
  const theirs = pairs.flatMap((file) => [file, keptCopyOf(file)]).map((file) => relative(content.root, file));
  const ours = [flowFile, credentialsFileOf(flowFile, userDir)].flatMap((file) => [file, keptCopyOf(file)]);
  return new Set(['settings.js', 'package.json', ...theirs, ...ours.map((file) => relative(userDir, file))]);
}

function flowChanges({ folder, content, environment }: ComposeInput): Pick<Composition, 'changes' | 'settings'> {
  if (content.flows === null) return { changes: [], settings: [] };
  const { flowFile, userDir, secret } = environment;
  const credentialsFile = credentialsFileOf(flowFile, userDir);
  const { flows, credentials } = content.flows;
  const [theirSecret] = content.secrets;
  const inForce = secret ?? (typeof theirSecret === 'string' ? theirSecret : null);
  const adopted: SettingStep[] =
    secret === null && inForce !== null
      ? [{ kind: 'setting', key: '_credentialSecret', before: null, after: inForce }]
      : [];
  const sealed =
    credentials === null
      ? null
      : makeCredentials(folder, { file: credentials, secrets: content.secrets, inForce: inForce ?? false });
  return {
    changes: [
      // In the order in which Node-RED writes them.
      ...(sealed === null ? [{ target: credentialsFile, next: null }] : changeOfFile(sealed, credentialsFile)),
      ...changeOfFile(flows, flowFile),
      // Node-RED would fall back to those of before, should a file turn out empty.
      ...[credentialsFile, flowFile].map((file) => ({ target: keptCopyOf(file), next: null })),
    ],
    settings: adopted,
  };
}

function packageChanges({ folder, content, environment }: ComposeInput): Change[] {
  const theirs = join(content.root, 'package.json');
  const ours = join(environment.userDir, 'package.json');
  return Object.keys(readObject(theirs)).length === 0 ? [] : changeOfFile(makePackage(folder, theirs, ours), ours);
}

function settingsChanges({ folder, content, environment }: ComposeInput): Pick<Composition, 'changes' | 'notes'> {
  const { settingsFile: theirs } = content;
  const { settingsFile: ours, userDir } = environment;
  if (theirs === null) return { changes: [], notes: [] };
  const target = ours ?? join(userDir, 'settings.js');
  const differences = settingsDifferences(text(theirs), ours === null ? '' : text(ours));
  if (differences === null) return { changes: [], notes: [] };
  const name = basename(target, '.js');
  const [copy, list] = [`${name}.restored.js`, `${name}.differences.txt`].map((file) => join(dirname(target), file));
  if (copy === undefined || list === undefined) return { changes: [], notes: [] };
  return {
    changes: [...changeOfFile(theirs, copy), ...changeOfFile(makeText(folder, 'differences.txt', differences), list)],
    notes: [`settings.js was left as it is. The backup's is ${copy}; what differs stands in ${list}.`],
  };
}

function text(path: string): string {
  return readFileSync(path, 'utf8');
}

/** Sections are merged: what only this Node-RED knows of stays. */
function settingSteps(
  content: BackupContent,
  { userDir }: NodeRedEnvironment,
  keys: readonly SettingKey[],
): SettingStep[] {
  return keys.flatMap((key): SettingStep[] => {
    const theirs = storedSetting(content.root, key);
    if (theirs === null) return [];
    const before = storedSetting(userDir, key);
    const after = key === 'projects' ? mergedProjects(theirs, before) : { ...asObject(before), ...asObject(theirs) };
    return isDeepStrictEqual(before, after) ? [] : [{ kind: 'setting', key, before, after }];
  });
}

function mergedProjects(theirs: unknown, ours: unknown): object {
  const before = Object.fromEntries(Object.entries(asObject(ours)).filter(([key]) => key !== 'activeProject'));
  const projects = { ...asObject(before['projects']), ...asObject(asObject(theirs)['projects']) };
  return { ...before, ...asObject(theirs), projects };
}

function asObject(value: unknown): Readonly<Record<string, unknown>> {
  return isObject(value) ? value : {};
}

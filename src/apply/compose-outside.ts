/** What lay outside the user directory, and which no link of it leads to: settings said where. */
import { existsSync, lstatSync } from 'node:fs';
import { basename, join } from 'node:path';
import { credentialsFileOf } from '../credentials-file.ts';
import type { StagedEntry } from './backup-content.ts';
import { isWhole, type ComposeInput } from './compose.ts';
import type { RestoreGiven } from './journal.ts';
import { whyUnfit } from './outside-place.ts';
import { changeOfFile, changesAt, type Change } from './plan-tree.ts';

interface Outside {
  readonly changes: readonly Change[];
  readonly problems: readonly string[];
  readonly notes: readonly string[];
  /** Names in the user directory that are taken by what lay outside it. */
  readonly taken: ReadonlySet<string>;
}

const NOTHING: Outside = { changes: [], problems: [], notes: [], taken: new Set() };

/** Files that Node-RED can be told of by other ways than their path. */
const MOVABLE: readonly string[] = ['settings', 'flows', 'credentials'];

/** Nothing is written outside the user directory, whatever the archive says, unless a person has said so. */
export function outsideChanges(input: ComposeInput): Outside {
  const { content, given } = input;
  const all = content.outside.filter(({ link }) => link === undefined).map((entry) => outsideChange(entry, input));
  const files = given === null ? [] : givenFiles(input, given);
  return joined([...all, { ...NOTHING, changes: files }]);
}

function outsideChange(entry: StagedEntry, input: ComposeInput): Outside {
  const { given, environment } = input;
  if (given?.outside === true) return putBack(entry, environment.userDir);
  if (MOVABLE.includes(entry.role)) return isGiven(entry, given) ? NOTHING : putInside(entry, input);
  return { ...NOTHING, problems: [leftOut(entry)] };
}

function putBack(entry: StagedEntry, userDir: string): Outside {
  const { path, member } = entry;
  const reason = whyUnfit(path, userDir);
  if (reason !== null)
    return { ...NOTHING, problems: [`${path} was not written, because ${reason}: ${byHand(member)}`] };
  const changes = changesAtPlace(entry, path);
  return { ...NOTHING, changes, notes: [`${path} was written, which lies outside the user directory.`] };
}

/** Of the folder of all projects, each is one; of the others, all that is there now gives way. */
export function changesAtPlace({ role, staged }: StagedEntry, target: string): Change[] {
  const rules = { skips: () => false, isWhole: role === 'projects' ? isWhole : () => true };
  return changesAt({ next: staged, target }, role === 'projects' ? 'projects' : 'outside', rules);
}

function putInside({ path, staged, role }: StagedEntry, { content, environment }: ComposeInput): Outside {
  const name = role === 'settings' ? 'settings.js' : basename(path);
  const place = join(environment.userDir, name);
  const other = existsSync(join(content.root, name));
  const left = other ? ` The ${name} that lay in the user directory was not in use, and stays in the backup.` : '';
  const what = `${path} lay outside the user directory. It is now ${place}, where only a Node-RED looks that is not told otherwise.`;
  const advice = 'Move it, or take the restore back and do it again with --outside.';
  return {
    ...NOTHING,
    changes: changeOfFile(staged, place),
    problems: [`${what}${left} ${advice}`],
    taken: new Set([name]),
  };
}

function isGiven({ role }: StagedEntry, given: RestoreGiven | null): boolean {
  return given !== null && (role === 'settings' ? given.settingsFile : given.flowFile) !== null;
}

/** Where a person said that they are. */
function givenFiles({ content, environment }: ComposeInput, { settingsFile, flowFile }: RestoreGiven): Change[] {
  const { flows = null, credentials = null } = content.flows ?? {};
  const pairs: (readonly [string | null, string | null])[] = [
    [content.settingsFile, settingsFile],
    [flows, flowFile],
    [credentials, flowFile === null ? null : credentialsFileOf(flowFile, environment.userDir)],
  ];
  return pairs.flatMap(([from, to]) => (from === null || to === null ? [] : changeOfFile(from, to)));
}

/** @returns a sentence on what was not put anywhere */
export function leftOut({ path, member, staged }: StagedEntry): string {
  const kind = lstatSync(staged).isDirectory() ? 'The folder' : 'The file';
  const what = `${kind} ${path}, which Node-RED used, lies outside the user directory and was not written.`;
  return `${what} Take the restore back and do it again with --outside while Node-RED is stopped, or ${byHand(member)}`;
}

function byHand(member: string): string {
  return `restore it to a folder, with --to DIR --path '${member.replaceAll("'", `'\\''`)}', and move it from there.`;
}

function joined(all: readonly Outside[]): Outside {
  return {
    changes: all.flatMap(({ changes }) => changes),
    problems: all.flatMap(({ problems }) => problems),
    notes: all.flatMap(({ notes }) => notes),
    taken: new Set(all.flatMap(({ taken }) => [...taken])),
  };
}

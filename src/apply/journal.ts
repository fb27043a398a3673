/** What is known of one restore into Node-RED, on disk from before it touches anything until the next restore takes its place. */
import { choiceField, countField, InvalidField, objectField, textField, type Fields } from '../bounded-fields.ts';
import { join } from 'node:path';
import { BackupError, toBackupError, type SerializedError } from '../errors.ts';
import type { JobIdentity } from '../events.ts';
import type { RecordedContent } from '../installation/content/recorded-content.ts';
import { writeFileAtomic } from '../io/atomic-file.ts';
import { isObject, readJsonFile } from '../io/json-file.ts';
import { partialName } from '../io/partial-name.ts';
import type { BackupRecord } from '../model.ts';
import { SETTING_KEYS, type Step } from './step.ts';
import type { Expected } from './will-load.ts';

const VERSION = 2;
const MAX_BYTES = 64 * 1024 * 1024;

/**
 * - `staged`: verified and ready; nothing is changed yet.
 * - `half`: settings.js (and the active project) are changed; the next start does the rest.
 * - `applied`: all is changed, and flows have not started yet.
 * - `confirmed`: they have.
 * - `undo_staged`: the next start takes it back.
 * - `applying`, `rolling_back`, `undoing`: in the middle of it, or killed there.
 */
const PHASES = [
  'staged',
  'applying',
  'half',
  'applied',
  'confirmed',
  'rolling_back',
  'rolled_back',
  'undo_staged',
  'undoing',
  'undone',
] as const;

export type Phase = (typeof PHASES)[number];

/** What Node-RED used although it lay outside the user directory. */
export interface OutsideEntry {
  /** Such as `settings`, `flows`, `credentials`, `projects`, `context`, `library`, `required` or `module`. */
  readonly role: string;
  /** Where it lay on the machine of the backup. */
  readonly path: string;
  readonly member: string;
  /** The symbolic link through which Node-RED read it, as its name in the user directory. */
  readonly link?: string;
}

export interface RestoreGiven {
  /** Whether what lay outside the user directory is put where it was. */
  readonly outside: boolean;
  /** Absolute: the files that Node-RED uses here. */
  readonly settingsFile: string | null;
  readonly flowFile: string | null;
}

/** What a restore reads by its role; names are relative to what was extracted. */
export interface BackupRoles extends RecordedContent {
  readonly outside: readonly OutsideEntry[];
  /** Members that are put nowhere, because it is not known what they are. */
  readonly unknown?: readonly string[];
}

export interface RestoreJournal {
  readonly phase: Phase;
  /** Into a Node-RED that ran, so at its start; or into one that did not, at once. */
  readonly way: 'at_start' | 'at_once';
  readonly job: JobIdentity;
  readonly record: BackupRecord;
  /** The process that staged it; see `formatIdentity`. Only a later one is a start. */
  readonly owner: string;
  /** ISO, local offset. */
  readonly staged: string;
  readonly roles: BackupRoles;
  /** What Node-RED is to load afterwards. Left out by older versions. */
  readonly expected?: Expected;
  readonly useSettings: boolean;
  /** Whether the steps under way are settings.js and the active project alone. */
  readonly firstHalf: boolean;
  readonly steps: readonly Step[];
  /** Starts of Node-RED since the steps were done of which none got as far as starting flows. */
  readonly starts: number;
  /** Why it is or was rolled back. */
  readonly failure: SerializedError | null;
  /** For people: what is not as the backup had it. */
  readonly problems: readonly string[];
  /** For people: what else is to be known or done. */
  readonly notes: readonly string[];
  /** What makes links again that this machine has not, for a shell. */
  readonly commands: readonly string[];
  readonly missingModules: readonly string[];
  /** Where the flows came to, while it is not made sure yet that Node-RED loads them from there. */
  readonly flows?: string | null;
  /** What a person said of this machine; null is for what was not said. */
  readonly given?: RestoreGiven;
  /** Whether its end was told as an event. */
  readonly announced: boolean;
}

const FILE = 'journal.json';

/** What an earlier version of this package can carry on with is written so that it does; all else it refuses. */
const versionOf = ({ steps }: RestoreJournal): number => (steps.some(({ kind }) => kind === 'rewrite') ? VERSION : 1);

/** @param folder - of this restore */
export async function writeJournal(folder: string, journal: RestoreJournal): Promise<void> {
  const data = `${JSON.stringify({ version: versionOf(journal), ...journal }, null, 1)}\n`;
  try {
    const partial = join(folder, partialName(''));
    await writeFileAtomic({ partial, path: join(folder, FILE), data, mode: 0o600 });
  } catch (error) {
    throw toBackupError(error, 'restore_failed', `Cannot write in ${folder}`);
  }
}

/**
 * @returns null when there is none: nothing was touched
 * @throws BackupError `restore_failed` or `unsupported_format` when it cannot be used
 */
export async function readJournal(folder: string): Promise<RestoreJournal | null> {
  const path = join(folder, FILE);
  const unusable = (why: string): BackupError =>
    new BackupError('restore_failed', `The journal of a restore, ${path}, cannot be used: ${why}. Keep its folder.`);
  const json = await readJsonFile(path, MAX_BYTES);
  if (json.kind === 'missing') return null;
  if (json.kind === 'invalid') throw unusable(json.text);
  try {
    if (!isObject(json.value)) throw new InvalidField('it is no object');
    return parse(json.value);
  } catch (error) {
    if (error instanceof InvalidField) throw unusable(error.message);
    throw error;
  }
}

function parse(fields: Fields): RestoreJournal {
  if (countField(fields, 'version') > VERSION) {
    throw new BackupError('unsupported_format', 'A restore was begun by a newer version. Update node-red-backup.');
  }
  choiceField(fields, 'phase', PHASES);
  textField(objectField(fields, 'job'), 'job_id', 64);
  objectField(fields, 'record');
  objectField(fields, 'roles');
  textField(fields, 'owner', 200);
  countField(fields, 'starts');
  const steps: unknown = fields['steps'];
  if (!Array.isArray(steps) || !steps.every(isStep)) throw new InvalidField('steps are no list of steps');
  // This process or an earlier one of ours wrote it, with mode 600; what steers the disk was checked.
  const { problems = [], commands = [] } = fields as unknown as Partial<RestoreJournal>;
  return { ...(fields as unknown as RestoreJournal), problems, commands };
}

function isStep(value: unknown): value is Step {
  if (!isObject(value)) return false;
  const { kind, target, next, before, had, key, hashes } = value;
  if (kind === 'setting') return SETTING_KEYS.some((known) => known === key);
  const isPath = (path: unknown): boolean => typeof path === 'string' && path.startsWith('/');
  if (!isPath(target) || !isPath(before)) return false;
  if (kind === 'swap') return (next === null || isPath(next)) && typeof had === 'boolean';
  return kind === 'rewrite' && isPath(next) && isObject(hashes) && isHash(hashes['before']) && isHash(hashes['next']);
}

function isHash(value: unknown): boolean {
  return typeof value === 'string' && /^[0-9a-f]{64}$/.test(value);
}

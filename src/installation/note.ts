/** What the running Node-RED used when it last started, noted for those who look while it does not run. It holds no secret. */
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, realpathSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { writeFileAtomic } from '../io/atomic-file.ts';
import { isObject, readJsonFile } from '../io/json-file.ts';
import { partialName } from '../io/partial-name.ts';
import { isWithin } from '../io/real-path.ts';
import type { NodeRedFacts } from './node-red-facts.ts';

type NotedFacts = Pick<
  NodeRedFacts,
  'projectsFolder' | 'guards' | 'port' | 'ownStorage' | 'contextStores' | 'libraries' | 'required'
>;

export interface InstallationNote extends NotedFacts {
  readonly flowFile: string;
  readonly settingsFile: string | null;
  /** Of the settings file, when it could be read. */
  readonly settingsSha256: string | null;
  readonly secretFrom: 'settings' | 'runtime' | null;
  readonly nodeRedHome: string | null;
}

const FILE = '.nightkeep/installation.json';
const FORMAT = 1;
const MOST_BYTES = 64 * 1024;

/** Leaves it as it is when nothing has changed. */
export async function writeNote(userDir: string, note: Omit<InstallationNote, 'settingsSha256'>): Promise<void> {
  const path = join(userDir, FILE);
  const fields = {
    format: FORMAT,
    userDir: realpathSync(userDir),
    ...note,
    settingsSha256: sha256Of(note.settingsFile),
  };
  const data = `${JSON.stringify(fields, null, 2)}\n`;
  if (textOf(path) === data) return;
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  await writeFileAtomic({ partial: join(dirname(path), partialName('')), path, data, mode: 0o600 });
}

/** Null when there is none that can be read. Paths in the user directory are those of today, wherever it lay then. */
export async function readNote(userDir: string): Promise<InstallationNote | null> {
  const read = await readJsonFile(join(userDir, FILE), MOST_BYTES).catch(() => null);
  if (read?.kind !== 'value' || !isObject(read.value) || read.value['format'] !== FORMAT) return null;
  const fields = read.value;
  const then = fields['userDir'];
  const today = (path: unknown): string | null => {
    if (typeof path !== 'string') return null;
    return typeof then === 'string' && isWithin(path, then) ? join(userDir, relative(then, path)) : path;
  };
  const pathIn = (name: string): string | null => today(fields[name]);
  const pathsIn = (name: string): string[] =>
    listIn(fields[name])
      .map(today)
      .filter((path) => path !== null);
  const flowFile = pathIn('flowFile');
  if (flowFile === null) return null;
  const { settingsSha256, secretFrom, guards, port } = fields;
  return {
    flowFile,
    settingsFile: pathIn('settingsFile'),
    settingsSha256: typeof settingsSha256 === 'string' ? settingsSha256 : null,
    secretFrom: secretFrom === 'settings' || secretFrom === 'runtime' ? secretFrom : null,
    projectsFolder: pathIn('projectsFolder'),
    guards: listIn(guards).filter((name) => typeof name === 'string'),
    port: typeof port === 'number' ? port : null,
    ownStorage: fields['ownStorage'] === true,
    nodeRedHome: pathIn('nodeRedHome'),
    contextStores: listIn(fields['contextStores'])
      .filter(isObject)
      .map(({ name, module, path }) => ({ name: String(name), module: String(module), path: today(path) })),
    libraries: pathsIn('libraries'),
    required: pathsIn('required'),
  };
}

function listIn(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** Whether the settings file is the one of the note, as it was then. */
export function holds({ settingsFile, settingsSha256 }: InstallationNote, inForce: string | null): boolean {
  if (settingsFile === null || settingsSha256 === null || inForce === null) return false;
  return sha256Of(inForce) === settingsSha256 && (inForce === settingsFile || isSame(inForce, settingsFile));
}

function isSame(one: string, other: string): boolean {
  try {
    return realpathSync(one) === realpathSync(other);
  } catch {
    return false;
  }
}

function sha256Of(path: string | null): string | null {
  const text = path === null ? null : textOf(path);
  return text === null ? null : createHash('sha256').update(text).digest('hex');
}

function textOf(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return null;
  }
}

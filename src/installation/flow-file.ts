/** Which file holds the flows, as far as it can be told without the running Node-RED. */
import { existsSync, readdirSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { basename, dirname, isAbsolute, join, resolve } from 'node:path';
import { BackupError } from '../errors.ts';
import { isObject } from '../io/json-file.ts';

export interface FlowFileGuess {
  readonly flowFile: string;
  /** A sentence for people; null when there is no doubt. */
  readonly doubt: string | null;
  /** What Node-RED looks for, where that is not there. */
  readonly looksFor?: string;
}

export interface FlowFilePlace {
  readonly userDir: string;
  readonly cwd: string;
  readonly hostname: string;
}

/** No flow file is larger than that; what is, is not looked into. */
const MOST_BYTES = 16 * 1024 * 1024;
const TELL = 'Name the right one with --flow-file.';

/**
 * The flow file by what settings say. Where Node-RED was started from is not known here, and names are taken from there.
 *
 * @throws BackupError `no_flows` when there are several and none is in force
 */
export function flowFileBy(setting: string | null, place: FlowFilePlace): FlowFileGuess {
  const { userDir, cwd, hostname } = place;
  if (setting === null) return byHostName(userDir, `flows_${hostname}.json`);
  if (isAbsolute(setting)) return { flowFile: setting, doubt: null };
  const inside = join(userDir, setting);
  const known = setting.startsWith('./') ? [] : [inside];
  const folders = [userDir, dirname(userDir), ...(existsSync(inside) ? [] : [cwd])];
  const others = folders.map((folder) => resolve(folder, setting)).filter(existsSync);
  const there = distinct([...known.filter(existsSync), ...others]);
  const [first, second] = there;
  if (first === undefined) return { flowFile: inside, doubt: null };
  if (second === undefined && known.includes(first)) return { flowFile: first, doubt: null };
  const what = `The settings say flowFile: '${setting}', which Node-RED looks for where it is started, and that is not known.`;
  const found = second === undefined ? '' : ` It could be ${there.slice(1).join(' or ')} as well.`;
  return { flowFile: first, doubt: `${what} ${first} is taken.${found} ${TELL}` };
}

/** Without a setting, the name of the machine is in the name of the file: that of a container is not that of its host. */
function byHostName(userDir: string, name: string): FlowFileGuess {
  const expected = join(userDir, name);
  if (existsSync(expected)) return { flowFile: expected, doubt: null };
  const [only, ...more] = flowFilesIn(userDir);
  if (only === undefined) return { flowFile: expected, doubt: null };
  if (more.length > 0) throw severalFlows(userDir, `${name} is not there`);
  const what = `The settings name no flow file, and ${name} is not there.`;
  return { flowFile: only, doubt: `${what} ${only} is taken. ${TELL}`, looksFor: expected };
}

/**
 * The flow file when nothing is known: Node-RED's usual names.
 *
 * @param noted - where it was when Node-RED last started; null when that is not known
 * @param why - what is not known, in a few words
 * @throws BackupError `no_flows` when there are several that could be it
 */
export function guessFlowFile(noted: string | null, why: string, { userDir, hostname }: FlowFilePlace): FlowFileGuess {
  const all = flowFilesIn(userDir);
  const usual = [noted, join(userDir, `flows_${hostname}.json`), join(userDir, 'flows.json')];
  const found = usual.filter((path) => path !== null).find(existsSync) ?? (all.length === 1 ? all[0] : undefined);
  if (found === undefined && all.length > 1) throw severalFlows(userDir, why);
  const flowFile = found ?? join(userDir, 'flows.json');
  const others = all.filter((path) => path !== flowFile).map((path) => basename(path));
  const beside = others.length === 0 ? '' : `, not ${others.join(', ')}`;
  const advice = 'Say what is right with --settings and --flow-file.';
  return { flowFile, doubt: `What Node-RED uses is guessed, because ${why}: ${flowFile} is taken${beside}. ${advice}` };
}

/** Flow files in a folder, by their names, or else by what is in them; sorted. */
export function flowFilesIn(folder: string): readonly string[] {
  const names = namesIn(folder).filter((name) => name.endsWith('.json') && !name.startsWith('.'));
  const files = names.filter((name) => !/_cred\.json$|^package(?:-lock)?\.json$/.test(name)).sort();
  return files.map((name) => join(folder, name)).filter(isFlowFile);
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function isFlowFile(path: string): boolean {
  try {
    const stat = statSync(path);
    if (!stat.isFile() || stat.size === 0) return false;
    if (/^flows(?:_.*)?\.json$/.test(basename(path))) return true;
    if (stat.size > MOST_BYTES) return false;
    const value: unknown = JSON.parse(readFileSync(path, 'utf8').replace(/^\uFEFF/, ''));
    return Array.isArray(value) && value.some(isNode);
  } catch {
    return false;
  }
}

function isNode(value: unknown): boolean {
  return isObject(value) && typeof value['id'] === 'string' && typeof value['type'] === 'string';
}

function severalFlows(userDir: string, why: string): BackupError {
  const names = flowFilesIn(userDir).map((path) => basename(path));
  const what = `Which flows Node-RED uses is not known: ${why}, and ${userDir} has ${names.join(', ')}.`;
  return new BackupError('no_flows', `${what} ${TELL}`);
}

function distinct(paths: readonly string[]): readonly string[] {
  const byFile = new Map<string, string>();
  for (const path of paths) {
    const real = realpathSync(path);
    if (!byFile.has(real)) byFile.set(real, path);
  }
  return [...byFile.values()];
}

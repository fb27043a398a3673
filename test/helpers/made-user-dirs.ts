/** User directories of all kinds, whole and broken, as they are found at people's. */
import { existsSync, linkSync, mkdirSync, renameSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { CredentialSecret, NodeRedSource } from '../../src/backup-request.ts';
import { credentialsFileOf } from '../../src/credentials-file.ts';
import { activeProjectOf, projectsFolderOf } from '../../src/installation/project.ts';
import { findSecret } from '../../src/installation/secret.ts';
import { keptCopyOf } from '../../src/installation/content/kept-copy.ts';
import { sealedCredentials } from './sealed-credentials.ts';

const FLOWS = [
  { id: 'tab1', type: 'tab', label: 'Greenhouse' },
  { id: 'broker1', type: 'mqtt-broker', name: 'broker', broker: '127.0.0.1', port: '1', autoConnect: false },
];
export const USER = 'me';
const CREDENTIALS = { broker1: { user: USER, password: 'hush' } };
const TEXT = JSON.stringify(FLOWS);
const SECRET = 'the right secret';
const WRONG = 'a wrong secret';

const KINDS = {
  flows: [
    'whole',
    'whole',
    'whole',
    'cut off',
    'empty',
    'empty, kept',
    'empty, kept broken',
    'marked',
    'of the API',
    'null',
  ],
  credentials: ['right', 'right', 'right', 'wrong', 'plain', 'none', 'empty', 'empty, kept', 'no JSON', 'marked'],
  secret: ['settings', 'settings', 'runtime', 'runtime', 'stale runtime', 'false', 'environment', 'runtime kept'],
  project: [
    'none',
    'none',
    'none',
    'active',
    'active',
    'own wrong secret',
    'broken flows',
    'no description',
    'switched off',
    'merging',
  ],
  file: ['flows.json', 'flows.json', 'home.json', 'elsewhere', 'in a folder'],
  context: ['none', 'whole', 'no JSON'],
  others: ['none', 'an old one', 'two old ones'],
  links: ['none', 'none', 'twin', 'to a folder'],
  said: ['all', 'all', 'all', 'little'],
} as const;

type Kinds = { readonly [Name in keyof typeof KINDS]: (typeof KINDS)[Name][number] };

export interface MadeUserDir {
  readonly kinds: Kinds;
  readonly source: NodeRedSource;
  /** Whether Node-RED would keep its flows from starting for another reason than what verify is to find. */
  readonly startsNot: boolean;
  readonly hasCredentials: boolean;
}

/** The same for the same number. */
function kindsOf(number: number): Kinds {
  let state = Math.imul(number + 1, 0x9e3779b1) >>> 0;
  const next = (count: number): number => {
    state = (Math.imul(state ^ (state >>> 15), 0x85ebca6b) + 0x6d2b79f5) >>> 0;
    return ((state ^ (state >>> 13)) >>> 0) % count;
  };
  const entries = Object.entries(KINDS).map(([name, values]) => [name, values[next(values.length)]]);
  return Object.fromEntries(entries) as Kinds;
}

export function makeUserDirOf(number: number, root: string): MadeUserDir {
  const kinds = kindsOf(number);
  const path = join(root, 'user');
  const put = (name: string, text: string): void => {
    const file = join(path, name);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  };
  const flowSetting = { elsewhere: join(root, 'elsewhere/home.json'), 'in a folder': 'mine/home.json' };
  const setting = kinds.file in flowSetting ? flowSetting[kinds.file as 'elsewhere'] : kinds.file;
  const flowFile = join(setting.startsWith('/') ? '' : path, setting);
  mkdirSync(dirname(flowFile), { recursive: true });
  mkdirSync(path, { recursive: true });
  const hasProjects = kinds.project !== 'none' && kinds.project !== 'switched off';
  putFlows(kinds, flowFile, credentialsFileOf(flowFile, path));
  if (kinds.project !== 'none') putProject(kinds, path);
  putSecret(kinds, put);
  put('settings.js', settingsText(kinds, setting, hasProjects));
  putRest(kinds, path, put);
  const own = ownSecret(kinds);
  const secret: CredentialSecret | null = findSecret(path, own, credentialsFileOf(flowFile, path)).secret;
  const projectsFolder = hasProjects ? projectsFolderOf(null, path) : null;
  const project = projectsFolder === null ? null : activeProjectOf(path, projectsFolder, setting);
  const facts = { project, projectsFolder, guards: [], port: null, ownStorage: false, runs: false };
  return {
    kinds,
    source: {
      ...{ kind: 'node-red', label: 'node-red', path, exclude: [], flowFile, includeNodeModules: false },
      ...{ settingsFile: join(path, 'settings.js'), credentialSecret: secret },
      ...(kinds.said === 'all' && { facts }),
    },
    startsNot: kinds.context === 'no JSON' || kinds.project === 'merging',
    hasCredentials: hasProjects || !['none', 'empty'].includes(kinds.credentials),
  };
}

function putFlows({ flows, credentials }: Kinds, flowFile: string, credentialsFile: string): void {
  const write = (file: string, text: string): void => writeFileSync(file, text);
  const texts = { whole: TEXT, 'cut off': TEXT.slice(0, 40), marked: `\uFEFF${TEXT}`, null: 'null' };
  const api = JSON.stringify({ flows: FLOWS, rev: '1' });
  write(flowFile, flows.startsWith('empty') ? '' : flows === 'of the API' ? api : texts[flows as 'whole']);
  if (flows === 'empty, kept') write(keptCopyOf(flowFile), TEXT);
  if (flows === 'empty, kept broken') write(keptCopyOf(flowFile), '[{');
  const sealed = sealedCredentials(CREDENTIALS, SECRET);
  if (credentials === 'none') return;
  if (credentials === 'empty, kept') write(keptCopyOf(credentialsFile), sealed);
  const known = {
    right: sealed,
    wrong: sealedCredentials(CREDENTIALS, WRONG),
    plain: JSON.stringify(CREDENTIALS),
    empty: '',
    'empty, kept': '',
    'no JSON': sealed.slice(0, 30),
    marked: `\uFEFF${sealed}`,
  };
  write(credentialsFile, known[credentials]);
}

function putProject({ project }: Kinds, path: string): void {
  const folder = join(path, 'projects/mine');
  mkdirSync(project === 'merging' ? join(folder, '.git') : folder, { recursive: true });
  const settings = { flowFile: 'flow.json', credentialsFile: 'flow_cred.json' };
  if (project !== 'no description') {
    writeFileSync(join(folder, 'package.json'), JSON.stringify({ name: 'mine', 'node-red': { settings } }));
  }
  if (project === 'merging') writeFileSync(join(folder, '.git/MERGE_HEAD'), 'x');
  writeFileSync(join(folder, 'flow.json'), project === 'broken flows' ? '{' : TEXT);
  writeFileSync(join(folder, 'flow_cred.json'), sealedCredentials(CREDENTIALS, 'of the project'));
  const secret = project === 'own wrong secret' ? WRONG : 'of the project';
  const section = { projects: { mine: { credentialSecret: secret } }, activeProject: 'mine' };
  writeFileSync(join(path, '.config.projects.json'), JSON.stringify(section));
}

type Put = (name: string, text: string) => void;

function putSecret({ secret }: Kinds, put: Put): void {
  const made = JSON.stringify({ _credentialSecret: SECRET });
  if (secret === 'runtime') put('.config.runtime.json', made);
  if (secret === 'stale runtime') put('.config.runtime.json', JSON.stringify({ _credentialSecret: WRONG }));
  if (secret !== 'runtime kept') return;
  put('.config.runtime.json', '');
  put('.config.runtime.json.backup', made);
}

/** What settings say; null for what they do not. */
function ownSecret({ secret }: Kinds): string | false | null {
  if (secret === 'settings') return SECRET;
  return secret === 'false' ? false : null;
}

function settingsText(kinds: Kinds, flowFile: string, hasProjects: boolean): string {
  const secret = { settings: JSON.stringify(SECRET), false: 'false', environment: 'process.env.NOT_SET_HERE' };
  const own = kinds.secret in secret ? secret[kinds.secret as 'settings'] : 'undefined';
  return `module.exports = {
  uiHost: '127.0.0.1', flowFile: ${JSON.stringify(flowFile)}, credentialSecret: ${own},
  telemetry: { enabled: false, updateNotification: false },
  editorTheme: { tours: false, palette: { catalogues: [] }, projects: { enabled: ${String(hasProjects)} } },
  contextStorage: { default: { module: 'localfilesystem' } },
};\n`;
}

function putRest({ context, others, links, file }: Kinds, path: string, put: Put): void {
  put('package.json', '{"name":"node-red-project"}');
  if (context !== 'none') put('context/global/global.json', context === 'whole' ? '{"a":1}' : '{"a":');
  if (others !== 'none') put('flows_old.json', '[]');
  if (others === 'two old ones') put('flows_older.json', '[{"id":"');
  const project = join(path, 'projects/mine');
  if (links === 'to a folder' && existsSync(project)) {
    renameSync(project, join(path, 'repository'));
    symlinkSync('../repository', project);
  }
  // Before it in the archive, which then has but a hard link of the name that Node-RED knows.
  if (links === 'twin' && existsSync(join(path, file))) linkSync(join(path, file), join(path, 'a-twin.json'));
}

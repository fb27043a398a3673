/** The homes that people have: where their Node-RED keeps what, and how it is started. */
import { cpSync, mkdirSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { put } from '../user-dir.ts';
import type { Bind } from './machine.ts';

/** Where a home is built. */
interface Place {
  /** What moves with the user directory: the home of its user, or the volume. */
  readonly house: string;
  /** Folders of the machine that have the same path on each. */
  readonly outside: string;
}

/** How a Node-RED is laid out and started. Paths are absolute. */
export interface Layout {
  readonly userDir: string;
  /** Where settings are written; settings.js in the user directory unless set. */
  readonly settingsFile?: string;
  /** Lines of the settings. */
  readonly settings?: string;
  /** Arguments of Node-RED besides those for settings and user directory. */
  readonly redArguments?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly binds?: readonly Bind[];
  /** The flow file where it is mounted as a file: Node-RED cannot replace it, so nothing is deployed. */
  readonly mountedFlows?: string;
  /** What there is before Node-RED starts for the first time. */
  readonly begin?: () => void;
  /** What there is on a new machine, before anything is restored. */
  readonly empty?: () => void;
  /** Whether settings come with the machine, as in an image. */
  readonly bringsSettings?: boolean;
  /** How the person arranges it once there are flows; Node-RED is stopped. */
  readonly arrange?: () => void;
  /** What the command line must be told where no Node-RED with this package has run. */
  readonly cliArguments?: readonly string[];
}

export interface Home {
  readonly name: string;
  /** Whether Node-RED reads through a mount, a link, or from outside of its user directory. */
  readonly isUnlike?: boolean;
  readonly layout: (place: Place) => Layout;
}

const FLOW_FILE = `flowFile: 'flows.json',`;
const PROJECT = 'house';
const PROJECT_SECRET = 'the secret of the project';

const usual = (house: string): string => join(house, '.node-red');

/** Puts something elsewhere, with a link to it where it was. */
function linked(from: string, to: string): void {
  mkdirSync(dirname(to), { recursive: true });
  renameSync(from, to);
  symlinkSync(to, from);
}

function project(userDir: string, folder: string): void {
  put(userDir, {
    '.config.projects.json': JSON.stringify({
      projects: { [PROJECT]: { credentialSecret: PROJECT_SECRET } },
      activeProject: PROJECT,
    }),
  });
  const settings = { flowFile: 'flow.json', credentialsFile: 'flow_cred.json' };
  put(join(folder, PROJECT), {
    'package.json': JSON.stringify({ name: PROJECT, 'node-red': { settings } }),
    'flow.json': '[]',
    'flow_cred.json': '{}',
    'README.md': '# The house\n',
  });
}

const LOGINS = `
  adminAuth: {
    type: 'credentials', users: [],
    tokens: (token) => Promise.resolve(token === 'door' ? { username: 'me', permissions: '*' } : null),
  },
  httpNodeAuth: { user: 'me', pass: '$2b$04$hDVv3TD5EQr86pChr6HqNeuyxqZHBJQCFVaWAnk.7zwD.5A4eB0P.' },`;

export const HOMES: readonly Home[] = [
  {
    name: 'Pi default',
    layout: ({ house }) => ({ userDir: usual(house), settings: FLOW_FILE }),
  },
  {
    // Its image names the flow file in the command, and the user directory is a volume.
    name: 'Docker',
    isUnlike: true,
    layout: ({ house }) => ({
      userDir: join(house, 'data'),
      redArguments: ['flows.json'],
      binds: [{ from: join(house, 'volume'), to: join(house, 'data') }],
      begin: () => put(house, { 'volume/.keep': '', 'data/.keep': '' }),
      empty: () => put(house, { 'volume/.keep': '', 'data/.keep': '' }),
      cliArguments: ['--flow-file', join(house, 'data/flows.json')],
    }),
  },
  {
    // Settings come with its image and read the options that a person has set.
    name: 'add-on',
    isUnlike: true,
    layout: ({ house, outside }) => {
      const settingsFile = join(outside, 'etc/node-red/config.js');
      const options = join(outside, 'etc/node-red/options.json');
      return {
        userDir: join(house, 'config'),
        settingsFile,
        settings: `${FLOW_FILE} credentialSecret: require(${JSON.stringify(options)}).credential_secret,`,
        begin: () => put('/', { [options]: JSON.stringify({ credential_secret: 'of the options' }) }),
        empty: () => put('/', { [options]: JSON.stringify({ credential_secret: 'of the options' }) }),
        bringsSettings: true,
        cliArguments: ['--settings', settingsFile],
      };
    },
  },
  {
    name: 'projects',
    layout: ({ house }) => ({
      userDir: usual(house),
      settings: `${FLOW_FILE} editorTheme: { projects: { enabled: true } },`,
      begin: () => project(usual(house), join(usual(house), 'projects')),
    }),
  },
  {
    name: 'projects elsewhere',
    isUnlike: true,
    layout: ({ house, outside }) => ({
      userDir: usual(house),
      settings: `${FLOW_FILE} editorTheme: { projects: { enabled: true, path: ${JSON.stringify(join(outside, 'projects'))} } },`,
      begin: () => project(usual(house), join(outside, 'projects')),
    }),
  },
  {
    name: 'flowFile absolute',
    isUnlike: true,
    layout: ({ house, outside }) => ({
      userDir: usual(house),
      settings: `flowFile: ${JSON.stringify(join(outside, 'flows/main.json'))},`,
      begin: () => put(outside, { 'flows/main.json': '[]' }),
    }),
  },
  {
    name: 'by host name',
    layout: ({ house }) => ({ userDir: usual(house) }),
  },
  {
    name: 'as an argument',
    layout: ({ house }) => ({
      userDir: usual(house),
      settings: `flowFile: 'old.json',`,
      redArguments: ['kitchen.json'],
      begin: () => put(usual(house), { 'old.json': JSON.stringify([{ id: 'old', type: 'tab', label: 'old' }]) }),
      cliArguments: ['--flow-file', join(usual(house), 'kitchen.json')],
    }),
  },
  {
    name: 'links',
    isUnlike: true,
    layout: ({ house, outside }) => ({
      userDir: usual(house),
      settings: FLOW_FILE,
      arrange: () => {
        for (const name of ['flows.json', 'settings.js', 'context', 'lib']) {
          linked(join(usual(house), name), join(outside, 'dotfiles', name));
        }
      },
    }),
  },
  {
    name: 'mounted files',
    isUnlike: true,
    layout: ({ house }) => {
      const userDir = usual(house);
      const mounted = ['flows.json', 'settings.js', 'context'];
      return {
        userDir,
        settings: FLOW_FILE,
        mountedFlows: join(house, 'mounted/flows.json'),
        binds: mounted.map((name) => ({ from: join(house, 'mounted', name), to: join(userDir, name) })),
        arrange: () => {
          for (const name of mounted) {
            cpSync(join(userDir, name), join(house, 'mounted', name), { recursive: true });
            rmSync(join(userDir, name), { recursive: true });
          }
          put(userDir, { 'flows.json': '', 'settings.js': '', 'context/.keep': '' });
        },
        empty: () => {
          for (const folder of [userDir, join(house, 'mounted')])
            put(folder, { 'flows.json': '', 'settings.js': '', 'context/.keep': '' });
        },
      };
    },
  },
  {
    name: 'settings outside',
    isUnlike: true,
    layout: ({ house, outside }) => {
      const settingsFile = join(outside, 'etc/settings.js');
      const left = `module.exports = { flowFile: 'never.json' };\n`;
      return {
        userDir: usual(house),
        settingsFile,
        settings: FLOW_FILE,
        begin: () => put(usual(house), { 'settings.js': left }),
        cliArguments: ['--settings', settingsFile],
      };
    },
  },
  {
    name: 'logins',
    layout: ({ house }) => ({ userDir: usual(house), settings: `${FLOW_FILE} ${LOGINS}` }),
  },
  {
    name: 'secret by environment',
    layout: ({ house }) => ({
      userDir: usual(house),
      settings: `${FLOW_FILE} credentialSecret: process.env.HOUSE_SECRET,`,
      env: { HOUSE_SECRET: 'of the environment' },
    }),
  },
  {
    name: 'secret by settings',
    layout: ({ house }) => ({ userDir: usual(house), settings: `${FLOW_FILE} credentialSecret: 'of the settings',` }),
  },
  {
    name: 'secret generated',
    layout: ({ house }) => ({
      userDir: usual(house),
      settings: FLOW_FILE,
      begin: () =>
        put(usual(house), { '.config.runtime.json': JSON.stringify({ _credentialSecret: 'generated long ago' }) }),
    }),
  },
  {
    name: 'secret false',
    layout: ({ house }) => ({ userDir: usual(house), settings: `${FLOW_FILE} credentialSecret: false,` }),
  },
];

/** Where what Node-RED sees as its user directory really lies: it may be a volume that is mounted there. */
export function placeOf({ userDir, binds = [] }: Layout): string {
  return binds.find(({ to }) => to === userDir)?.from ?? userDir;
}

/** What stands in a user directory for nodes of the test. */
export function withNodes(userDir: string, nodes: Readonly<Record<string, string>>): void {
  put(userDir, Object.fromEntries(Object.entries(nodes).map(([name, text]) => [`nodes/${basename(name)}`, text])));
}

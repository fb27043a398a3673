/** What the start of Node-RED does for a restore that waits. Node-RED awaits it before it opens context, credentials and flows. */
import type { NodeAPI } from 'node-red';
import {
  applyAtStart,
  confirmStart,
  isTorn,
  markRunning,
  projectsFolderOf,
  rejectStart,
  settingsFacts,
  storedSetting,
  toBackupError,
  type NodeRedEnvironment,
  type RestoreJournal,
  type SettingsPort,
} from '../../src/index.ts';
import { factsOf } from './installation.ts';
import { flowFileOf, settingsFileOf, type FileSettings } from './node-red-files.ts';

/** By the event emitter: settled when the flows of this start run and what was restored is confirmed. */
const settled = new WeakMap<object, Promise<unknown>>();

/** Resolves when it is known how the restore went that this start applied, if there was one. Never rejects. */
export async function restoreSettled(red: NodeAPI): Promise<void> {
  await settled.get(red.events);
}

/** Never rejects: Node-RED starts whatever comes. */
export async function restoreAtStart(red: NodeAPI): Promise<void> {
  const { userDir } = red.settings as { readonly userDir?: unknown };
  if (typeof userDir !== 'string' || userDir === '') return;
  try {
    markRunning(userDir);
    const site = () => ({ environment: environmentOf(red, userDir), settings: liveSettings(red, userDir) });
    const settingsFile = settingsFileOf(red.settings);
    const torn = settingsFile !== null && (await isTorn(userDir, settingsFile));
    const kept = await applyAtStart(userDir, site);
    if (kept === null) return;
    tell(red, kept.journal);
    if (torn) leave(red, settingsFile);
    settled.set(red.events, watch(red, userDir));
  } catch (error) {
    red.log.error(`[backup] ${toBackupError(error).message}`);
  }
}

/** What was read of it may have lacked the logins, so nothing of this Node-RED may be reached; the next one reads the whole file. */
function leave(red: NodeAPI, settingsFile: string): void {
  red.log.error(
    `[backup] ${settingsFile} was half written when Node-RED read it. It is whole again: start Node-RED once more.`,
  );
  process.exit(1);
}

/** Flows that wait for a module have got as far as a restore can bring them. */
function watch(red: NodeAPI, userDir: string): Promise<void> {
  return new Promise((resolve) => {
    const end = (settle: (userDir: string) => Promise<unknown>): void => {
      red.events.off('flows:started', started);
      red.events.off('runtime-event', hear);
      settle(userDir)
        .catch((error: unknown) => red.log.error(`[backup] ${toBackupError(error).message}`))
        .finally(resolve);
    };
    const started = (): void => end(confirmStart);
    const hear = ({ id, payload }: { id?: unknown; payload?: { error?: unknown } | null }): void => {
      if (id !== 'runtime-state') return;
      if (payload?.error === 'missing-types' || payload?.error === 'missing-modules') end(confirmStart);
      if (payload?.error === 'credentials_load_failed') end(rejectStart);
    };
    red.events.on('flows:started', started);
    red.events.on('runtime-event', hear);
  });
}

interface LiveSettings {
  readonly get: (key: string) => unknown;
  readonly set: (key: string, value: unknown) => Promise<void>;
  readonly delete: (key: string) => Promise<void>;
  readonly setUserSettings: (user: string, value: unknown) => Promise<void>;
}

/** Node-RED holds them in memory and writes all of them at once, so they are changed there. At a start, memory and disk are the same. */
function liveSettings(red: NodeAPI, userDir: string): SettingsPort {
  const live = red.settings as unknown as LiveSettings;
  const users = (value: unknown): Readonly<Record<string, unknown>> => (value ?? {}) as Record<string, unknown>;
  return {
    read: (key) => Promise.resolve(storedSetting(userDir, key)),
    async write(key, value) {
      if (key !== 'users') return value === null ? live.delete(key) : live.set(key, value);
      const known = Object.keys(users(storedSetting(userDir, key)));
      for (const name of new Set([...known, ...Object.keys(users(value))])) {
        await live.setUserSettings(name, users(value)[name]);
      }
    },
  };
}

/** What this Node-RED has in force. */
export function environmentOf(red: NodeAPI, userDir: string): NodeRedEnvironment {
  const settings = red.settings as FileSettings & { readonly editorTheme?: { projects?: { enabled?: unknown } } };
  const projects = settings.editorTheme?.projects?.enabled === true;
  const stored = storedSetting(userDir, 'projects') as { readonly activeProject?: unknown } | null;
  const active = stored?.activeProject;
  const { guards, projectsPath } = settingsFacts(red.settings);
  const { contextStores, libraries } = factsOf(red, userDir);
  return {
    userDir,
    flowFile: flowFileOf(settings, userDir),
    settingsFile: settingsFileOf(settings),
    secret: secretInForce(red, userDir),
    projects,
    activeProject: projects && typeof active === 'string' && active !== '' ? active : null,
    projectsFolder: projectsFolderOf(projectsPath, userDir),
    foldersInUse: [...contextStores.flatMap(({ path }) => (path === null ? [] : [path])), ...libraries],
    guards,
  };
}

/** Where there is a generated secret, Node-RED reads with that one first, even if settings.js has another. */
function secretInForce(red: NodeAPI, userDir: string): NodeRedEnvironment['secret'] {
  const generated = storedSetting(userDir, '_credentialSecret');
  if (typeof generated === 'string' && generated !== '') return generated;
  const { credentialSecret: own } = red.settings as { readonly credentialSecret?: unknown };
  return own === false || (typeof own === 'string' && own !== '') ? own : null;
}

function tell(red: NodeAPI, { phase, record, failure, problems, notes }: RestoreJournal): void {
  const name = `"${record.name}" (${record.backup_id})`;
  if (phase === 'applied')
    red.log.info(`[backup] Restored ${name}. What it replaced is kept: the restore can be undone.`);
  if (phase === 'half')
    red.log.warn(`[backup] Restoring ${name}: settings are in place. Restart Node-RED once more for the rest.`);
  if (phase === 'undone') red.log.info(`[backup] The restore of ${name} was taken back.`);
  if (failure !== null) red.log.error(`[backup] ${failure.message}`);
  if (phase === 'applied') for (const problem of problems) red.log.error(`[backup] ${problem}`);
  for (const note of notes) red.log.warn(`[backup] ${note}`);
}
